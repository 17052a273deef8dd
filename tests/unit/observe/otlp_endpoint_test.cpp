// SPDX-License-Identifier: Apache-2.0
#include "otlp_endpoint.hpp"

#include <doctest/doctest.h>

#include "weir/error.hpp"

using namespace weir;
using namespace weir::detail;

TEST_SUITE_BEGIN("observe.otlp_endpoint");

namespace {

std::string refusal(std::string_view url) {
  try {
    read_otlp_endpoint("X", url);
    return "taken";
  } catch (const error& refused) {
    CHECK(refused.is(errc::invalid_argument));
    return refused.message();
  }
}

}  // namespace

TEST_CASE("a URL is taken apart into host, port and target") {
  const auto usual = read_otlp_endpoint("X", "http://collector:4318/v1/traces");
  CHECK(usual.host == "collector");
  CHECK(usual.port == 4318);
  CHECK(usual.authority == "collector:4318");
  CHECK(usual.target == "/v1/traces");

  const auto bare = read_otlp_endpoint("X", "http://otel.example.com");
  CHECK(bare.port == 80);
  CHECK(bare.authority == "otel.example.com");
  CHECK(bare.target == "/");

  const auto address = read_otlp_endpoint("X", "http://[::1]:4318/a?b=c#d");
  CHECK(address.host == "::1");
  CHECK(address.port == 4318);
  CHECK(address.authority == "[::1]:4318");
  CHECK(address.target == "/a?b=c");

  CHECK(read_otlp_endpoint("X", "http://h?key=1").target == "/?key=1");
}

TEST_CASE("what is no URL of http is refused with what would be right") {
  CHECK(refusal("https://collector:4318").find("http://127.0.0.1:4318") != std::string::npos);
  for (const char* url :
       {"", "collector:4318", "grpc://h:1", "http://", "http://:4318", "http:///v1/traces",
        "http://h:", "http://h:0", "http://h:65536", "http://h:4318x", "http://h:-1", "http://[::1",
        "http://[::1]4318", "http://[]:1", "http://h h/", "http://h/\r\nEvil: 1",
        "http://h\xc3\xa9/", "http://h\\/", "http://a,b:1"}) {
    CAPTURE(url);
    CHECK(refusal(url).find("X ") == 0);
  }
  CHECK(refusal("http://h/" + std::string(4096, 'a')).find("X ") == 0);
}

TEST_CASE("of a URL with a password nothing is told") {
  const std::string text = refusal("http://me:canary@host:4318/");
  CHECK(text.find("OTEL_EXPORTER_OTLP_HEADERS") != std::string::npos);
  CHECK(text.find("canary") == std::string::npos);
}

TEST_CASE("a header that would break the request is refused, and its value not told") {
  CHECK_NOTHROW(check_otlp_headers({{"Authorization", "Bearer a.b=\xc3\xa9\t!"}, {"x-key", ""}}));
  for (const tracer_settings::pairs& one : {tracer_settings::pairs{{"", "canary"}},
                                            {{"a b", "canary"}},
                                            {{"a:", "canary"}},
                                            {{"a\r\nb", "canary"}},
                                            {{"a", "canary\r\nb: c"}},
                                            {{"a", std::string("canary\0", 7)}},
                                            {{"a", "canary\x7f"}}}) {
    std::string text = "taken";
    try {
      check_otlp_headers(one);
    } catch (const error& refused) {
      text = refused.message();
    }
    CHECK(text != "taken");
    CHECK(text.find("canary") == std::string::npos);
  }
}

TEST_SUITE_END();
