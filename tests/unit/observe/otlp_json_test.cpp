// SPDX-License-Identifier: Apache-2.0
#include "otlp_json.hpp"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <limits>
#include <random>

#include "seed.hpp"

using namespace weir;
using namespace weir::detail;
using namespace weir::test;

TEST_SUITE_BEGIN("observe.otlp_json");

namespace {

/// A span with everything that one can have.
span_record full_span() {
  span_record one;
  one.context = *trace_context::parse("00-5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174-01",
                                      "shop=1,other=2");
  one.parent_id =
      trace_context::parse("00-5b8efff798038103d269b633813fc60c-eee19b7ec3c1b173-01")->span_id;
  one.has_remote_parent = true;
  one.kind = span_kind::consumer;
  one.name = "process orders.created";
  one.begun_at = std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(
          std::chrono::nanoseconds(1'544'712'660'300'000'000)));
  one.took = std::chrono::milliseconds(1500);
  one.attributes = {{"messaging.system", std::string("nats")},
                    {"weir.first", true},
                    {"weir.stream_sequence", std::int64_t{9'007'199'254'740'993}},
                    {"weir.share", 0.25}};
  one.dropped_attributes = 3;
  one.links.push_back({one.context.trace_id, one.context.span_id, false});
  one.dropped_links = 1;
  one.has_failed = true;
  one.failure = "the bank said \"no\"";
  return one;
}

tracer_settings shop() {
  tracer_settings settings;
  settings.service_name = "shop";
  settings.resource_attributes = {{"deployment.environment", "test"}};
  return settings;
}

/// By the rules of OTLP's JSON mapping, written by hand.
constexpr std::string_view whole_request =
    R"({"resourceSpans":[{"resource":{"attributes":[)"
    R"({"key":"service.name","value":{"stringValue":"shop"}},)"
    R"({"key":"telemetry.sdk.name","value":{"stringValue":"weir"}},)"
    R"({"key":"telemetry.sdk.language","value":{"stringValue":"cpp"}},)"
    R"({"key":"telemetry.sdk.version","value":{"stringValue":")" WEIR_VERSION R"("}},)"
    R"({"key":"deployment.environment","value":{"stringValue":"test"}}]},)"
    R"("scopeSpans":[{"scope":{"name":"weir","version":")" WEIR_VERSION R"("},"spans":[)"
    R"({"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174",)"
    R"("traceState":"shop=1,other=2","parentSpanId":"eee19b7ec3c1b173","flags":769,)"
    R"("name":"process orders.created","kind":5,)"
    R"("startTimeUnixNano":"1544712660300000000","endTimeUnixNano":"1544712661800000000",)"
    R"("attributes":[{"key":"messaging.system","value":{"stringValue":"nats"}},)"
    R"({"key":"weir.first","value":{"boolValue":true}},)"
    R"({"key":"weir.stream_sequence","value":{"intValue":"9007199254740993"}},)"
    R"({"key":"weir.share","value":{"doubleValue":0.25}}],"droppedAttributesCount":3,)"
    R"("links":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174",)"
    R"("flags":768}],"droppedLinksCount":1,)"
    R"("status":{"message":"the bank said \"no\"","code":2}}]}]}]})";

std::string text_of(const span_record& one) {
  std::string text;
  append_otlp_span(text, one);
  return text;
}

/// The only attribute's value as a JSON parser reads it.
std::string read_back(const std::string& value) {
  span_record one;
  one.attributes = {{"key", value}};
  const std::string text = text_of(one);
  simdjson::dom::parser parser;
  simdjson::dom::element read;
  REQUIRE(parser.parse(text).get(read) == simdjson::SUCCESS);
  std::string_view found;
  REQUIRE(read["attributes"].at(0)["value"]["stringValue"].get(found) == simdjson::SUCCESS);
  return std::string(found);
}

}  // namespace

TEST_CASE("a request is written by the published mapping: hex ids, strings of 64 bits, numbers") {
  std::string text = otlp_begin(shop());
  append_otlp_span(text, full_span());
  text += otlp_end;
  CHECK(text == whole_request);
}

TEST_CASE("what a span does not have is left out") {
  span_record one;
  one.context = *trace_context::parse("00-5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174-01");
  one.name = "x";
  CHECK(text_of(one) ==
        R"({"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174",)"
        R"("flags":257,"name":"x","kind":1,"startTimeUnixNano":"0","endTimeUnixNano":"0"})");
}

TEST_CASE("numbers that JSON has no form for are strings, as protobuf has them") {
  span_record one;
  one.attributes = {{"a", std::numeric_limits<double>::quiet_NaN()},
                    {"b", std::numeric_limits<double>::infinity()},
                    {"c", -std::numeric_limits<double>::infinity()},
                    {"d", std::numeric_limits<std::int64_t>::min()},
                    {"e", false}};
  CHECK(text_of(one).find(R"([{"key":"a","value":{"doubleValue":"NaN"}},)"
                          R"({"key":"b","value":{"doubleValue":"Infinity"}},)"
                          R"({"key":"c","value":{"doubleValue":"-Infinity"}},)"
                          R"({"key":"d","value":{"intValue":"-9223372036854775808"}},)"
                          R"({"key":"e","value":{"boolValue":false}}])") != std::string::npos);
}

TEST_CASE("every text is JSON, and comes back as it was where it was UTF-8") {
  const std::string good[] = {"", "plain", "\"quoted\\ \x01\x1f\n\r\t\b\f",
                              std::string("zero\0byte", 9),
                              "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf\x7f"};
  for (const std::string& text : good) CHECK(read_back(text) == text);

  const std::string mark = "\xef\xbf\xbd";
  CHECK(read_back("a\xff z") == "a" + mark + " z");
  CHECK(read_back("\xc0\x80") == mark + mark);
  CHECK(read_back("\xc3") == mark);
  CHECK(read_back("\xed\xa0\x80") == mark + mark + mark);
  CHECK(read_back("\xf4\x90\x80\x80") == mark + mark + mark + mark);
  CHECK(read_back("\xf0\x9f\x98") == mark + mark + mark);
  CHECK(read_back("\xe2\x82\"") == mark + mark + "\"");

  std::mt19937_64 random(seed());
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (std::uint64_t count = random() % 24; count > 0; --count) {
      text += random() % 3 == 0 ? static_cast<char>(random()) : "\"\\a\xc3\xa9\xe2"[random() % 6];
    }
    CAPTURE(text);
    REQUIRE(read_back(text).size() >= text.size());
  }
}

TEST_SUITE_END();
