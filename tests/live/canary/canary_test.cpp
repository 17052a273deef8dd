// SPDX-License-Identifier: Apache-2.0
// The search of these tests finds what there is to find.
#include "canary.hpp"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("canary.search");

using namespace weir::test;

namespace {

const canary secret("Search");

}  // namespace

TEST_CASE("a canary is found as it is, in part, and in any case") {
  CHECK(secret.is_in("password=" + secret.value() + "\n"));
  CHECK(secret.is_in("\"" + secret.in_url() + "\""));
  CHECK(secret.is_in("cn4rySear"));
  CHECK(secret.is_in("CN4RYSEARCHFEATHER"));
  CHECK_FALSE(secret.is_in("cn4ryOther"));
  CHECK_FALSE(secret.is_in(""));
}

TEST_CASE("a canary is found in other forms") {
  // By `printf '%scn4rySearchFeather/+&=' "$before" | base64`, with nothing, a and ab in front.
  CHECK(secret.is_in("key Y240cnlTZWFyY2hGZWF0aGVyLysmPQ=="));
  CHECK(secret.is_in("YWNuNHJ5U2VhcmNoRmVhdGhlci8rJj0="));
  CHECK(secret.is_in("YWJjbjRyeVNlYXJjaEZlYXRoZXIvKyY9"));
  CHECK(secret.is_in("636e34727953656172636846656174686572"));
  CHECK(secret.is_in("%63%6E%34%72%79%53%65%61%72%63%68%46%65%61%74%68%65%72"));
}

TEST_CASE("a leak is told with its place and what stands around it") {
  const std::vector<trace_left> traces{{"log", "nothing is here"},
                                       {"metrics", "a{of=\"" + secret.value() + "\"} 1\n"}};
  const auto found = leaks(traces, {canary("Other"), secret});
  REQUIRE(found.size() == 1);
  CHECK(found[0].starts_with("metrics has cn4rySearchFeather/+&=: ...a{of=\"cn4ry"));
}

TEST_SUITE_END();
