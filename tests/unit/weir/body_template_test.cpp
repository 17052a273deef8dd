// SPDX-License-Identifier: Apache-2.0
#include "publish/body_template.hpp"

#include <doctest/doctest.h>

#include <set>

#include "publish/body_source.hpp"
#include "seed.hpp"
#include "weir/error.hpp"
#include "weir/uuid.hpp"

TEST_SUITE_BEGIN("weir.body_template");

using namespace weir;
using tools::body_template;

namespace {

constexpr timestamp noon{std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) +
                         std::chrono::hours(12)};

std::string filled(std::string_view text, std::uint64_t sequence = 7) {
  detail::split_mix random(weir::test::seed());
  return body_template(text).fill(sequence, noon, random);
}

std::string refusal_of(std::string_view text) {
  try {
    const body_template made(text);
  } catch (const error& refused) {
    CHECK(refused.is(errc::invalid_argument));
    return refused.message();
  }
  return {};
}

}  // namespace

TEST_CASE("a place that cannot be filled in is refused, and the text says which there are") {
  for (const char* const wrong :
       {"{{}}", "{{ }}", "{{nothing}}", "{{sequence 1}}", "{{int}}", "{{int 1}}", "{{int 1 2 3}}",
        "{{int a b}}", "{{int 9 1}}", "{{int 1 99999999999999999999}}", "{{pick}}", "{{uuid", "{{",
        "{{int 1 2}"}) {
    INFO(std::string(wrong));
    const std::string text = refusal_of(wrong);
    CHECK(text.find("There are {{sequence}}") != text.npos);
  }
  CHECK(refusal_of("{{\x1b[2J}}").find('\x1b') == std::string::npos);
}

TEST_CASE("a text without places is itself, and so is a literal one with them") {
  CHECK(filled("") == "");
  CHECK(filled(R"({"a":{"b":{"c":1}}})") == R"({"a":{"b":{"c":1}}})");
  detail::split_mix random(1);
  CHECK(body_template::literal("{{what}}").fill(1, noon, random) == "{{what}}");
}

TEST_CASE("places are filled in, each for itself") {
  CHECK(filled("{{sequence}}-{{ sequence }}") == "7-7");
  CHECK(filled(R"({"at":"{{now}}"})") == R"({"at":"2026-01-31T12:00:00Z"})");
  CHECK(filled("{{int 5 5}}") == "5");
  CHECK(filled("{{int -3 -3}}x") == "-3x");
  CHECK(filled("{{pick only}}") == "only");
  const std::string ids = filled("{{uuid}} {{uuid}}");
  REQUIRE(ids.size() == 2 * uuid::text_length + 1);
  CHECK(uuid::parse(ids.substr(0, uuid::text_length)).has_value());
  CHECK(ids.substr(0, uuid::text_length) != ids.substr(uuid::text_length + 1));
}

TEST_CASE("numbers and words come from all that are allowed, and from no others") {
  detail::split_mix random(weir::test::seed());
  const body_template number("{{int -1 2}}");
  const body_template word("{{pick a b c}}");
  std::set<std::string> numbers;
  std::set<std::string> words;
  for (int at = 0; at < 1000; ++at) {
    numbers.insert(number.fill(1, noon, random));
    words.insert(word.fill(1, noon, random));
  }
  CHECK(numbers == std::set<std::string>{"-1", "0", "1", "2"});
  CHECK(words == std::set<std::string>{"a", "b", "c"});
  const body_template any("{{int -9223372036854775808 9223372036854775807}}");
  CHECK(any.fill(1, noon, random) != any.fill(1, noon, random));
}

TEST_CASE("a header is a name and a value, with or without a space between") {
  using pair = std::pair<std::string, std::string>;
  CHECK(tools::read_header("tag: a b") == pair("tag", "a b"));
  CHECK(tools::read_header("tag:a:b") == pair("tag", "a:b"));
  CHECK(tools::read_header("tag:") == pair("tag", ""));
  CHECK_THROWS_AS(tools::read_header("tag"), error);
  CHECK_THROWS_AS(tools::read_header(": a"), error);
}

TEST_SUITE_END();
