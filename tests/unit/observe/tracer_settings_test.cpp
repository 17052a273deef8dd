// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/tracer_settings.hpp"

#include <doctest/doctest.h>

#include "weir/error.hpp"

using namespace std::chrono_literals;
using namespace weir;

TEST_SUITE_BEGIN("observe.tracer_settings");

namespace {

tracer_settings read(const tracer_variables& with) { return read_tracer_settings(with, "shop"); }

/// With an endpoint, since without one nothing else is looked at.
tracer_settings read_more(tracer_variables with) {
  with.emplace("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318");
  return read(with);
}

std::string refusal(const std::string& name, const std::string& value) {
  try {
    read_more({{name, value}});
    return "taken";
  } catch (const error& refused) {
    CHECK(refused.is(errc::invalid_argument));
    CHECK(refused.message().starts_with(name));
    return refused.message();
  }
}

}  // namespace

TEST_CASE("without an endpoint nothing is sent") {
  const tracer_settings none = read({});
  CHECK(none.endpoint.empty());
  CHECK(none.service_name == "shop");
}

TEST_CASE(
    "the endpoint for all signals gets the path of traces, the one for traces is taken whole") {
  const std::string all = "OTEL_EXPORTER_OTLP_ENDPOINT";
  const std::string traces = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
  CHECK(read({{all, "http://h:4318"}}).endpoint == "http://h:4318/v1/traces");
  CHECK(read({{all, "http://h:4318/otel//"}}).endpoint == "http://h:4318/otel/v1/traces");
  CHECK(read({{all, "http://h:4318"}, {traces, "http://t:1/x"}}).endpoint == "http://t:1/x");
  CHECK(refusal(traces, "https://h:4318").find("https") != std::string::npos);
  CHECK(refusal(traces, "h:4318").find("http://127.0.0.1:4318") != std::string::npos);
}

TEST_CASE("tracing is off where a variable says so, whatever else is set") {
  CHECK(read_more({{"OTEL_SDK_DISABLED", "TRUE"}}).endpoint.empty());
  CHECK(read_more({{"OTEL_TRACES_EXPORTER", "none"}}).endpoint.empty());
  CHECK_FALSE(read_more({{"OTEL_SDK_DISABLED", "false"}}).endpoint.empty());
  CHECK_FALSE(read_more({{"OTEL_TRACES_EXPORTER", "otlp"}}).endpoint.empty());
  CHECK(refusal("OTEL_TRACES_EXPORTER", "zipkin").find("otlp and none") != std::string::npos);
}

TEST_CASE("the protocol is http/json") {
  CHECK_FALSE(read_more({{"OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"}}).endpoint.empty());
  CHECK(refusal("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc").find("4318") != std::string::npos);
  CHECK(refusal("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf").find("http/json") !=
        std::string::npos);
}

TEST_CASE("the timeout is in milliseconds") {
  CHECK(read_more({}).timeout == 10s);
  CHECK(read_more({{"OTEL_EXPORTER_OTLP_TIMEOUT", "2500"}}).timeout == 2500ms);
  CHECK(read_more({{"OTEL_EXPORTER_OTLP_TIMEOUT", "1"}, {"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "7"}})
            .timeout == 7ms);
  for (const char* text : {"0", "-1", "10s", "600001", " 1"}) {
    CHECK(refusal("OTEL_EXPORTER_OTLP_TIMEOUT", text).find("milliseconds") != std::string::npos);
  }
}

TEST_CASE("headers and attributes are pairs, with %XX for what is special") {
  const tracer_settings found =
      read_more({{"OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20a%2Cb, x-key = 1 ,,"},
                 {"OTEL_RESOURCE_ATTRIBUTES", "team=caf%c3%A9,zone=a=b"}});
  CHECK(found.headers == tracer_settings::pairs{{"authorization", "Bearer a,b"}, {"x-key", "1"}});
  CHECK(found.resource_attributes ==
        tracer_settings::pairs{{"team", "caf\xc3\xa9"}, {"zone", "a=b"}});
}

TEST_CASE("a pair that is none is refused by its number, and nothing of it is told") {
  for (const char* text : {"canary", "=canary", "a=1,canary", "a=canary%2", "a=canary%zz"}) {
    const std::string told = refusal("OTEL_EXPORTER_OTLP_HEADERS", text);
    CHECK(told.find("key=value") != std::string::npos);
    CHECK(told.find("canary") == std::string::npos);
  }
  CHECK(refusal("OTEL_RESOURCE_ATTRIBUTES", "a=1,b").find("entry 2") != std::string::npos);
  std::string many;
  for (int count = 0; count < 200; ++count) many += "k=v,";
  CHECK(refusal("OTEL_RESOURCE_ATTRIBUTES", many).find("more than 128") != std::string::npos);
}

TEST_CASE("a header with a line end in it is refused without its value") {
  std::string told = "taken";
  try {
    read_more({{"OTEL_EXPORTER_OTLP_HEADERS", "a=canary%0d%0ab: c"}});
  } catch (const error& refused) {
    told = refused.message();
  }
  CHECK(told.find("'a'") != std::string::npos);
  CHECK(told.find("canary") == std::string::npos);
}

TEST_CASE("the service's name comes from its variable, the attributes, or the program") {
  const std::string name = "OTEL_SERVICE_NAME";
  const std::string attributes = "OTEL_RESOURCE_ATTRIBUTES";
  CHECK(read_more({}).service_name == "shop");
  const tracer_settings by_attribute = read_more({{attributes, "service.name=orders,a=b"}});
  CHECK(by_attribute.service_name == "orders");
  CHECK(by_attribute.resource_attributes == tracer_settings::pairs{{"a", "b"}});
  CHECK(read_more({{attributes, "service.name=orders"}, {name, "pay"}}).service_name == "pay");
}

TEST_CASE("the sampler is the one that is named") {
  CHECK(read_more({}).sampler.describe() == "parentbased_always_on");
  CHECK(read_more({{"OTEL_TRACES_SAMPLER", "traceidratio"}, {"OTEL_TRACES_SAMPLER_ARG", "0.25"}})
            .sampler.describe() == "traceidratio 0.25");
  CHECK(refusal("OTEL_TRACES_SAMPLER", "xray").find("always_off") != std::string::npos);
}

TEST_SUITE_END();
