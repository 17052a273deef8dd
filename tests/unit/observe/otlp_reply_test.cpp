// SPDX-License-Identifier: Apache-2.0
#include "otlp_reply.hpp"

#include <doctest/doctest.h>

#include <string>

using weir::detail::rejected_spans;

TEST_SUITE_BEGIN("observe.otlp_reply");

TEST_CASE("the number of rejected spans is read as a string and as a number") {
  CHECK(rejected_spans(R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"no"}})") == 3);
  CHECK(rejected_spans(R"({"partialSuccess":{"rejectedSpans":3}})") == 3);
}

TEST_CASE("what says nothing of rejected spans is none") {
  for (const char* body :
       {"", "{}", R"({"partialSuccess":{}})", R"({"partialSuccess":null})",
        R"({"partialSuccess":{"rejectedSpans":null}})",
        R"({"partialSuccess":{"rejectedSpans":""}})",
        R"({"partialSuccess":{"rejectedSpans":"-1"}})",
        R"({"partialSuccess":{"rejectedSpans":1.5}})",
        R"({"partialSuccess":{"rejectedSpans":[3]}})", "<html>", R"({"partialSuccess":)", "[]",
        R"({"partialSuccess":{"errorMessage":"a warning"}})"}) {
    CAPTURE(body);
    CHECK(rejected_spans(body) == 0);
  }
  CHECK(rejected_spans(std::string(1 << 16, '[')) == 0);
}

TEST_SUITE_END();
