// SPDX-License-Identifier: Apache-2.0
#include "weir/lines.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "run.hpp"
#include "text_source.hpp"
#include "weir/scope.hpp"
#include "weir/stream_operators.hpp"
#include "weir/tcp.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.lines");

namespace {

using texts = std::vector<std::string>;

texts split_lines(const texts& parts, std::size_t limit = line_bytes_max) {
  text_source source(parts);
  return run_virtually([&] { return lines(source, limit) | collect(); });
}

/// The text of the error that ends the line of `parts`, after `good` of them.
error error_after(std::size_t good, const texts& parts,
                  stream<std::string> (*split)(text_source&)) {
  text_source source(parts);
  return run_virtually([&]() -> task<error> {
    stream<std::string> given = split(source);
    for (std::size_t count = 0; count < good; ++count) {
      REQUIRE((co_await given.next()).has_value());
    }
    const auto ended = co_await given.next().as_result();
    REQUIRE_FALSE(ended.has_value());
    CHECK(co_await given.next() == std::nullopt);
    co_return ended.error();
  });
}

}  // namespace

TEST_CASE("lines are given without their ends, and a last one may have none") {
  CHECK(split_lines({"one\ntwo\r\n\nthree"}) == texts{"one", "two", "", "three"});
  CHECK(split_lines({"one\n"}) == texts{"one"});
  CHECK(split_lines({"\n\r\n"}) == texts{"", ""});
  CHECK(split_lines({}).empty());
  CHECK(split_lines({"a\rb\n", "\r"}) == texts{"a\rb", "\r"});
}

TEST_CASE("it does not matter where the reads cut") {
  const std::string text = "first\r\nsecond line\n\nlast\r\n";
  const texts expected{"first", "second line", "", "last"};
  for (std::size_t size = 1; size <= text.size(); ++size) {
    texts parts;
    for (std::size_t at = 0; at < text.size(); at += size) parts.push_back(text.substr(at, size));
    CHECK(split_lines(parts) == expected);
  }
}

TEST_CASE("lines of every length up to the limit come whole through buffers that grow") {
  texts expected;
  std::string text;
  for (std::size_t length = 0; length < 20'000; length = length * 3 / 2 + 1) {
    for (int count = 0; count < 5; ++count) {
      expected.emplace_back(length, static_cast<char>('a' + length % 26));
      text += expected.back() + "\n";
    }
  }
  CHECK(split_lines({text}, 20'000) == expected);
}

TEST_CASE("a line of the limit is given, one that is longer is refused with a clear error") {
  const auto ten = [](text_source& source) { return lines(source, 10); };
  CHECK(split_lines({"0123456789\n0123456789\r\n0123456789"}, 10) == texts(3, "0123456789"));
  for (const auto& parts : {texts{"ok\n0123456789a\n"}, texts{"ok\n0123456789", "a\r\n"},
                            texts{"ok\n0123456789a"}, texts{"ok\n", std::string(99'999, 'x')}}) {
    const error refused = error_after(1, parts, ten);
    CHECK(refused.is(errc::limit_exceeded));
    CHECK(refused.disposition() == disposition::permanent);
    CHECK(refused.message() ==
          "read from the test: a line of more than 10 bytes; is it what it is taken for? A larger "
          "limit would allow it");
  }
}

TEST_CASE("nothing is read ahead while a whole line is there") {
  run_virtually([]() -> task<> {
    text_source source({"one\ntwo\nthr", "ee\n", "four\n"});
    stream<std::string> given = lines(source);
    CHECK(source.reads == 0);
    CHECK(co_await given.next() == "one");
    CHECK(co_await given.next() == "two");
    CHECK(source.reads == 1);
    CHECK(co_await given.next() == "three");
    CHECK(source.reads == 2);
  });
}

TEST_CASE("a next() that is cancelled loses no byte") {
  run_virtually([]() -> task<> {
    text_source source;
    stream<std::string> given = lines(source);
    for (const auto* part : {"be", "gin", "ning\nand "}) {
      const auto late = co_await with_timeout(1s, given.next()).as_result();
      CHECK(late.error().is(errc::deadline_exceeded));
      source.put(part);
    }
    CHECK(co_await given.next() == "beginning");
    CHECK_FALSE((co_await with_timeout(1s, given.next()).as_result()).has_value());
    source.put("end\n");
    source.end();
    CHECK(co_await given.next() == "and end");
    CHECK(co_await given.next() == std::nullopt);
  });
}

TEST_CASE("views stay valid until the next next()") {
  run_virtually([]() -> task<> {
    text_source source({"one\ntwo\nthr", "ee\n", std::string(9'000, 'x') + "\n"});
    stream<std::string_view> given = lines<std::string_view>(source);
    CHECK(co_await given.next() == "one");
    CHECK(co_await given.next() == "two");
    CHECK(co_await given.next() == "three");
    CHECK(co_await given.next() == std::string(9'000, 'x'));
    CHECK(co_await given.next() == std::nullopt);
  });
}

TEST_CASE("delimited gives what ends with a delimiter, however it is cut") {
  const std::string text = "a--b---c----";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    texts parts;
    for (std::size_t at = 0; at < text.size(); at += size) parts.push_back(text.substr(at, size));
    text_source source(parts);
    CHECK(run_virtually([&] { return delimited(source, "--", 9) | collect(); }) ==
          texts{"a", "b", "-c", ""});
  }
  text_source zeroes({"one\0two"s, "\0"s});
  CHECK(run_virtually([&] { return delimited(zeroes, std::string(1, '\0'), 9) | collect(); }) ==
        texts{"one", "two"});
}

TEST_CASE("delimited refuses what is too long, and an end before a delimiter") {
  const auto four = [](text_source& source) { return delimited(source, "--", 4); };
  for (const auto& parts : {texts{"abcd--abcde--"}, texts{"abcd--", "abcdef"}}) {
    CHECK(error_after(1, parts, four).is(errc::limit_exceeded));
  }
  const error cut = error_after(1, {"abcd--abcd-"}, four);
  CHECK(cut.is(errc::end_of_stream));
  CHECK(cut.disposition() == disposition::retry);
  CHECK(cut.message() ==
        "read from the test: it ended after 5 bytes of a frame whose delimiter did not come");
}

TEST_CASE("an error of the source is thrown after the lines that came before it") {
  struct broken_source {
    task<std::size_t> read_some(std::span<std::byte> into) {
      if (std::exchange(broken, true)) throw error::from_errno(ECONNRESET, "read");
      std::ranges::copy(std::as_bytes(std::span("one\ntw", 6)), into.begin());
      co_return 6;
    }
    bool broken = false;
  };
  run_virtually([]() -> task<> {
    broken_source source;
    stream<std::string> given = lines(source);
    CHECK(co_await given.next() == "one");
    CHECK((co_await given.next().as_result()).error().code().value() == ECONNRESET);
    CHECK(co_await given.next() == std::nullopt);
  });
}

TEST_CASE("lines over a socket, with an answer to each") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](tcp_listener& door) -> task<> {
        tcp_stream peer = co_await door.accept();
        co_await (lines(peer) | for_each([&](std::string line) {
                    return [](tcp_stream& to, std::string text) -> task<> {
                      co_await to.write_all(text + "!\n");
                    }(peer, std::move(line));
                  }));
      }(listener));
      tcp_stream server = co_await tcp_stream::connect(listener.address());
      stream<std::string> answers = lines(server);
      for (const auto* line : {"hello", "weir"}) {
        co_await server.write_all(line + "\n"s);
        CHECK(co_await answers.next() == line + "!"s);
      }
      const auto late = co_await with_timeout(1ms, answers.next()).as_result();
      CHECK(late.error().is(errc::deadline_exceeded));
      co_await server.write_all("again\n");
      CHECK(co_await answers.next() == "again!");
      server.shutdown_write();
      CHECK(co_await answers.next() == std::nullopt);
      co_await children.join();
    });
  });
}

TEST_SUITE_END();
