// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/trace_context.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <random>
#include <regex>
#include <set>
#include <vector>

#include "runtime/run.hpp"
#include "weir/sim.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("observe.trace_context");

namespace {

constexpr std::string_view example = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Reads from memory that ends where the text ends, so that a sanitizer sees a read past it.
std::optional<trace_context> read(std::string_view traceparent, std::string_view tracestate = {}) {
  const auto copy = [](std::string_view text) {
    auto bytes = std::make_unique<char[]>(text.size());
    if (!text.empty()) std::memcpy(bytes.get(), text.data(), text.size());
    return bytes;
  };
  const auto parent = copy(traceparent);
  const auto state = copy(tracestate);
  return trace_context::parse({parent.get(), traceparent.size()}, {state.get(), tracestate.size()});
}

/// What is kept of a tracestate.
std::string state_of(std::string_view tracestate) {
  const auto context = read(example, tracestate);
  return context ? context->state : "the traceparent was dropped as well";
}

std::string text_of(const auto& digits) { return {digits.begin(), digits.end()}; }

task<std::vector<std::string>> make_some() {
  std::vector<std::string> made;
  for (int count = 0; count < 3; ++count) {
    const trace_context root = trace_context::begin();
    made.push_back(root.traceparent());
    made.push_back(root.child().traceparent());
  }
  co_return made;
}

}  // namespace

TEST_CASE("a traceparent is read into its ids and its flag, and written as it was") {
  const auto context = read(example);

  REQUIRE(context.has_value());
  CHECK(text_of(context->trace_id_text()) == "0af7651916cd43dd8448eb211c80319c");
  CHECK(text_of(context->span_id_text()) == "b7ad6b7169203331");
  CHECK(context->sampled);
  CHECK(context->is_valid());
  CHECK(context->state.empty());
  CHECK(context->traceparent() == example);
}

TEST_CASE("of the flags only the sampled one counts, and only it is written") {
  const std::string ids(example.substr(0, 53));
  CHECK_FALSE(read(ids + "00")->sampled);
  CHECK_FALSE(read(ids + "fe")->sampled);
  CHECK(read(ids + "ff")->sampled);
  CHECK(read(ids + "03")->traceparent() == ids + "01");
  CHECK(read(ids + "02")->traceparent() == ids + "00");
}

TEST_CASE("what is not exactly a traceparent is none") {
  for (const std::string_view text : {
           "",
           "00",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011",
           "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-B7AD6B7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0A",
           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
           "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01",
           "00-.af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333.-01",
           "0.-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
       }) {
    CAPTURE(text);
    CHECK_FALSE(read(text).has_value());
  }
}

TEST_CASE("of a later version what this one knows is read, whatever stands behind it") {
  const std::string later = "cc" + std::string(example.substr(2));
  REQUIRE(read(later).has_value());
  CHECK(read(later)->traceparent() == example);
  CHECK(read(later + "-").has_value());
  CHECK(read(later + "-what-the-future-will-be-like").has_value());
  CHECK_FALSE(read(later + ".what").has_value());
  CHECK_FALSE(read(later + "0").has_value());
}

TEST_CASE("a tracestate is kept in its order, without white space and empty members") {
  CHECK(state_of("").empty());
  CHECK(state_of("congo=t61rcWkgMzE") == "congo=t61rcWkgMzE");
  CHECK(state_of(" rojo=00f067aa0ba902b7 ,\tcongo=t61rc WkgMzE\t,, ") ==
        "rojo=00f067aa0ba902b7,congo=t61rc WkgMzE");
  CHECK(state_of("0tenant-a*b/c_d@sys=1") == "0tenant-a*b/c_d@sys=1");
  CHECK(state_of(std::string(256, 'a') + "=1").size() == 258);
  CHECK(state_of(std::string(241, 'a') + '@' + std::string(14, 'b') + "=1").size() == 258);
  CHECK(state_of("a=" + std::string(256, '!')).size() == 258);
}

TEST_CASE("a tracestate that breaks a rule is dropped, and the traceparent stays") {
  const std::string bad[] = {"a",
                             "=1",
                             "a=",
                             "A=1",
                             "1a=1",
                             "a b=1",
                             "a@=1",
                             "@a=1",
                             "a@b@c=1",
                             "a@1b=1",
                             "a=1=2",
                             "a=\x7f",
                             "a=\xc3\xa9",
                             "a=b\nc",
                             "a=1,b",
                             "a=1,b=2,a=3",
                             std::string(257, 'a') + "=1",
                             std::string(242, 'a') + "@b=1",
                             "a@" + std::string(15, 'b') + "=1",
                             "a=" + std::string(257, '!'),
                             std::string("a=\0b", 4),
                             std::string(1 << 20, ',')};
  for (const std::string& list : bad) {
    CAPTURE(list.substr(0, 300));
    CHECK(state_of(list).empty());
  }
}

TEST_CASE("a tracestate has 32 members at most") {
  std::string list;
  for (int count = 0; count < 32; ++count) list += "k" + std::to_string(count) + "=v,";
  CHECK(state_of(list) == list.substr(0, list.size() - 1));
  CHECK(state_of(list + "one-more=v").empty());
}

TEST_CASE("of a tracestate that is too long the long members go first, then the last") {
  const std::string length_500 = "b=" + std::string(248, 'x') + ",c=" + std::string(247, 'x');
  REQUIRE(length_500.size() == 500);
  CHECK(state_of("a=1," + length_500) == "a=1," + length_500);
  CHECK(state_of("a=123456789012," + length_500) == "a=123456789012,b=" + std::string(248, 'x'));

  std::string many;
  for (int count = 10; count < 40; ++count) {
    many += "k" + std::to_string(count) + "=" + std::string(20, 'v') + ",";
  }
  many.pop_back();
  const std::string kept = state_of(many);
  CHECK(kept.size() <= trace_context::state_bytes_max);
  CHECK(kept.size() > trace_context::state_bytes_max - 25);
  CHECK(many.starts_with(kept + ','));
}

TEST_CASE("a new trace has ids of its own, its children share the first of them") {
  run_virtually([]() -> task<> {
    trace_context root = trace_context::begin(true);
    root.state = "a=1";
    const trace_context child = root.child();
    CHECK(root.is_valid());
    CHECK(root.sampled);
    CHECK(child.trace_id == root.trace_id);
    CHECK(child.span_id != root.span_id);
    CHECK(child.sampled);
    CHECK(child.state == "a=1");
    CHECK_FALSE(trace_context::begin().sampled);
    std::set<std::string> seen;
    for (int count = 0; count < 1000; ++count) seen.insert(trace_context::begin().traceparent());
    CHECK(seen.size() == 1000);
    co_return;
  });
}

TEST_CASE("a simulation makes the same ids again, another one makes others") {
  const auto first = simulate({.seed = seed()}, make_some);
  CHECK(simulate({.seed = seed()}, make_some) == first);
  CHECK(simulate({.seed = seed() + 1}, make_some) != first);
}

TEST_CASE("the default belongs to no trace") {
  CHECK_FALSE(trace_context{}.is_valid());
  CHECK_FALSE(read(trace_context{}.traceparent()).has_value());
}

TEST_CASE("any text is read as the rules have it, or not at all") {
  std::mt19937_64 random(seed());
  const std::regex rule(
      "(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");
  constexpr std::string_view signs = "0f-aFg \xff,=1@";
  int read_ones = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text(example);
    for (std::uint64_t changes = random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % (text.size() + 1);
      switch (random() % 4) {
        case 0:
          text.insert(at, 1, signs[random() % signs.size()]);
          break;
        case 1:
          text.erase(std::min(at, text.size() - 1), 1);
          break;
        default:
          text[std::min(at, text.size() - 1)] = signs[random() % signs.size()];
      }
    }
    const bool is_longer = text.size() > example.size();
    const bool ends_well = !is_longer || (!text.starts_with("00") && text[55] == '-');
    const bool is_one = std::regex_match(text.substr(0, 55), rule) && ends_well;
    CAPTURE(text);
    const auto context = read(text);
    REQUIRE(context.has_value() == is_one);
    if (!context) continue;
    ++read_ones;
    REQUIRE(read(context->traceparent()) == context);
  }
  CHECK(read_ones > 1000);
}

TEST_CASE("whatever a tracestate holds, what is kept of it is one, and within its bound") {
  std::mt19937_64 random(seed());
  constexpr std::string_view pieces[] = {"a",  "=",  ",",     "b=1", ",c=2,", "@",  " ",
                                         "\t", "*/", "k9=x-", "Z",   "\xff",  "==", "longer-key=v"};
  int kept = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string list;
    for (std::uint64_t count = random() % 12; count > 0; --count) {
      list += pieces[random() % std::size(pieces)];
      if (random() % 16 == 0) list += "=" + std::string(random() % 300, 'v');
    }
    CAPTURE(list);
    const std::string state = state_of(list);
    REQUIRE(state.size() <= trace_context::state_bytes_max);
    REQUIRE(state_of(state) == state);
    kept += state.empty() ? 0 : 1;
  }
  CHECK(kept > 100);
}

TEST_SUITE_END();
