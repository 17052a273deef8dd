// SPDX-License-Identifier: Apache-2.0
#include "weir/length_prefixed.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "run.hpp"
#include "text_source.hpp"
#include "weir/stream_operators.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.length_prefixed");

namespace {

using texts = std::vector<std::string>;

std::string framed(const std::string& text, length_prefix prefix = {}) {
  std::string length;
  for (std::size_t byte = 0; byte < prefix.size; ++byte) {
    const std::size_t shift = prefix.order == std::endian::big ? prefix.size - 1 - byte : byte;
    length.push_back(static_cast<char>(text.size() >> (8 * shift)));
  }
  return length + text;
}

error error_of(const texts& parts, length_prefix prefix = {}) {
  text_source source(parts);
  return run_virtually([&]() -> task<error> {
    auto frames = length_prefixed<std::string>(source, 100, prefix);
    const auto ended = co_await frames.next().as_result();
    REQUIRE_FALSE(ended.has_value());
    CHECK(co_await frames.next() == std::nullopt);
    co_return ended.error();
  });
}

}  // namespace

TEST_CASE("frames come whole, however the reads cut, for each form of the length") {
  const texts expected{"one", "", std::string(200, 'x'), "last"};
  for (const auto order : {std::endian::big, std::endian::little}) {
    for (const std::size_t size : {1, 2, 4, 8}) {
      const length_prefix prefix{.size = size, .order = order};
      std::string text;
      for (const auto& frame : expected) text += framed(frame, prefix);
      for (const std::size_t cut : {1, 2, 3, 7, 150, 1000}) {
        texts parts;
        for (std::size_t at = 0; at < text.size(); at += cut) parts.push_back(text.substr(at, cut));
        text_source source(parts);
        CHECK(run_virtually([&] {
                return length_prefixed<std::string>(source, 200, prefix) | collect();
              }) == expected);
      }
    }
  }
}

TEST_CASE("frames are vectors of bytes where nothing else is said, and may be views") {
  run_virtually([]() -> task<> {
    text_source source({framed("abc") + framed(std::string(10'000, 'y')) + framed("de")});
    auto frames = length_prefixed(source, 10'000);
    CHECK(co_await frames.next() == std::vector{std::byte{'a'}, std::byte{'b'}, std::byte{'c'}});
    CHECK((co_await frames.next())->size() == 10'000);

    text_source again({framed("abc") + framed("de")});
    auto views = length_prefixed<std::span<const std::byte>>(again, 10);
    CHECK((co_await views.next())->back() == std::byte{'c'});
    CHECK((co_await views.next())->front() == std::byte{'d'});
    CHECK_FALSE((co_await views.next()).has_value());
  });
}

TEST_CASE("a length over the limit is refused before its bytes come") {
  for (const std::size_t size : {1, 2, 4, 8}) {
    const error refused = error_of({framed(std::string(101, 'x'), {.size = size})}, {.size = size});
    CHECK(refused.is(errc::limit_exceeded));
    CHECK(refused.message() ==
          "read from the test: a frame that says it has 101 bytes, 100 at most are allowed; does "
          "the peer speak another protocol?");
  }
  CHECK(error_of({"\xff\xff\xff\xff\xff\xff\xff\xff"}, {.size = 8}).is(errc::limit_exceeded));
}

TEST_CASE("an end within a frame is an error, one between two frames is not") {
  const error in_length = error_of({"\0\0\0"s});
  CHECK(in_length.is(errc::end_of_stream));
  CHECK(in_length.disposition() == disposition::retry);
  CHECK(in_length.message() ==
        "read from the test: it ended after 3 of the first 4 bytes of a frame");
  const error in_frame = error_of({framed("abcdef").substr(0, 9)});
  CHECK(in_frame.is(errc::end_of_stream));
  CHECK(in_frame.message() == "read from the test: it ended after 9 of the 10 bytes of a frame");

  text_source nothing(texts{});
  CHECK(run_virtually([&] { return length_prefixed(nothing, 9) | collect(); }).empty());
}

TEST_CASE("a next() that is cancelled loses no byte of a frame") {
  run_virtually([]() -> task<> {
    text_source source;
    auto frames = length_prefixed<std::string>(source, 100);
    const std::string text = framed("hello");
    for (const char letter : text) {
      CHECK_FALSE((co_await with_timeout(1s, frames.next()).as_result()).has_value());
      source.put(std::string(1, letter));
    }
    CHECK(co_await frames.next() == "hello");
  });
}

TEST_SUITE_END();
