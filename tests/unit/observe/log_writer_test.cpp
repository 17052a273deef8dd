// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/log_writer.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

#include "death.hpp"
#include "log_core.hpp"
#include "open_pipe.hpp"
#include "weir/call_on.hpp"
#include "weir/observe/log.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("observe.log_writer");

using namespace std::chrono_literals;

namespace {

using weir::detail::log_core;
using weir::test::count_of;
using weir::test::open_pipe;

constexpr std::size_t buffer = std::size_t{64} << 10;
constexpr unsigned lines = 50;

/// A line of that place; of none where it is 0, and those are as many as may be.
void say(log_core& core, std::string_view text, unsigned line) {
  core.write({.time = {}, .text = text, .site = {"here.cpp", line}});
}

weir::task<> until_read(const open_pipe& pipe, std::string& text, std::string_view wanted,
                        std::size_t times = 1) {
  while (count_of(text, wanted) < times) {
    co_await weir::sleep(1ms);
    text += pipe.read_some();
  }
}

/// Runs the story beside a loop that writes the log.
template <class Story>
void write_beside(log_core& core, Story story) {
  weir::loop home;
  weir::scope writing;
  const auto run = [&]() -> weir::task<> {
    writing.spawn(weir::detail::write_log_of(core));
    co_await weir::sleep(1ms);  // From here on it writes.
    const auto told = co_await story().as_result();
    co_await writing.close();
    if (!told) throw told.error();
  };
  home.run(run());
}

}  // namespace

TEST_CASE("the loop writes the lines of a turn together, and those that come later") {
  const open_pipe pipe;
  log_core core(pipe.write_end.get(), buffer);
  write_beside(core, [&]() -> weir::task<> {
    std::string text;
    for (unsigned line = 1; line <= lines; ++line) say(core, "early", line);
    CHECK(pipe.read_some().empty());  // Not where they are logged.
    co_await until_read(pipe, text, "early", lines);
    say(core, "late", 1);
    co_await until_read(pipe, text, "late");
  });
  CHECK(core.dropped() == 0);
}

TEST_CASE("where nobody reads the loop goes on, and dropped lines are told of when there is room") {
  const open_pipe pipe;
  log_core core(pipe.write_end.get(), buffer);
  std::string text;
  write_beside(core, [&]() -> weir::task<> {
    const std::string much(3000, 'm');
    unsigned said = 0;
    // Each turn is a turn of the loop that no write has held up.
    while (core.dropped() < 10) {
      for (unsigned line = 0; line < lines; ++line, ++said) say(core, much, 0);
      co_await weir::sleep(1ms);
    }
    co_await until_read(pipe, text, "\"dropped\":");
    say(core, "goes on", 0);
    co_await until_read(pipe, text, "goes on");
    CHECK(count_of(text, "mmm\"") + core.dropped() == said);
  });
}

TEST_CASE("what is buffered when the writer ends is written, and after it lines are at once") {
  const open_pipe pipe;
  log_core core(pipe.write_end.get(), buffer);
  write_beside(core, [&]() -> weir::task<> {
    say(core, "the last", 1);
    co_return;
  });
  CHECK(count_of(pipe.read_some(), "the last") == 1);
  say(core, "direct", 1);
  CHECK(count_of(pipe.read_some(), "direct") == 1);
}

TEST_CASE("a slow file is written by another thread, and nothing is lost") {
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  log_core core(fileno(file), buffer);
  REQUIRE(core.is_slow());
  write_beside(core, [&]() -> weir::task<> {
    for (unsigned line = 1; line <= lines; ++line) {
      say(core, "into the file", line);
      if (line % 10 == 0) co_await weir::sleep(2ms);
    }
  });
  std::string text(static_cast<std::size_t>(lseek(fileno(file), 0, SEEK_END)), '\0');
  CHECK(pread(fileno(file), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  CHECK(count_of(text, "into the file") == lines);
  std::fclose(file);
}

TEST_CASE("what places have suppressed is told within a second or two, though no line follows") {
  const open_pipe pipe;
  log_core core(pipe.write_end.get(), buffer);
  write_beside(core, [&]() -> weir::task<> {
    std::string text;
    // Once more where a second ended in their midst, and a line has told of those before it.
    while (count_of(text, "\"suppressed_lines\":") == 0) {
      while (!core.has_suppressed()) say(core, "again", 1);
      co_await weir::sleep(1ms);
      text += pipe.read_some();
    }
    CHECK(count_of(text, "\"where\":\"here.cpp:1\"") > weir::log_lines_per_second);
  });
}

TEST_CASE("another thread's line is written by the loop, and by the next one when it ends") {
  const open_pipe pipe;
  log_core core(pipe.write_end.get(), buffer);
  std::string text;
  write_beside(core, [&]() -> weir::task<> {
    std::thread other([&core] { say(core, "from elsewhere", 1); });
    other.join();
    co_await until_read(pipe, text, "from elsewhere");

    weir::scope second;
    second.spawn(weir::detail::write_log_of(core));
    co_await weir::sleep(2ms);
    say(core, "with two", 2);
    co_await until_read(pipe, text, "with two");
    co_await second.close();
    say(core, "with one", 3);
    co_await until_read(pipe, text, "with one");
  });
  CHECK(count_of(text, "with") == 2);
}

TEST_CASE("the second writer goes on when the first has ended") {
  const open_pipe pipe;
  log_core core(pipe.write_end.get(), buffer);
  weir::loop home;
  const auto story = [&]() -> weir::task<> {
    weir::scope first;
    weir::scope second;
    std::string text;
    first.spawn(weir::detail::write_log_of(core));
    second.spawn(weir::detail::write_log_of(core));
    co_await weir::sleep(2ms);
    say(core, "one", 1);
    co_await first.close();
    co_await until_read(pipe, text, "one");
    say(core, "two", 2);
    co_await until_read(pipe, text, "two");
    co_await second.close();
    CHECK(count_of(text, "two") == 1);
  };
  home.run(story());
}

namespace {

weir::task<> abort_at_once() {
  weir::scope writing;
  writing.spawn(weir::write_log());
  co_await weir::sleep(1ms);
  weir::log_error("before the end");
  WEIR_ASSERT(writing.size() == 0);
}

}  // namespace

TEST_CASE("a program that aborts writes what is buffered first") {
  const std::string text = weir::test::death_of([] {
    weir::loop home;
    home.run(abort_at_once());
  });
  CHECK(count_of(text, "before the end") == 1);
  CHECK(count_of(text, "writing.size() == 0") == 1);
}

TEST_SUITE_END();
