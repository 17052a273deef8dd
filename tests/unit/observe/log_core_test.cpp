// SPDX-License-Identifier: Apache-2.0
#include "log_core.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "open_pipe.hpp"

TEST_SUITE_BEGIN("observe.log_core");

namespace {

using weir::detail::log_core;
using weir::detail::log_progress;
using weir::test::count_of;
using weir::test::open_pipe;

constexpr std::size_t little_buffer = 8192;
constexpr unsigned lines_per_thread = 500;
constexpr unsigned threads = 4;

/// A line of that place; of none where it is 0, and those are as many as may be.
void say(log_core& core, std::string_view text, unsigned line) {
  core.write({.time = {}, .text = text, .site = {"here.cpp", line}});
}

struct on_pipe {
  open_pipe pipe;
  log_core core{pipe.write_end.get(), little_buffer};
};

/// Where nobody reads: as much as there is room for.
void fill(on_pipe& at) {
  at.core.flush({});
  const std::string page(4096, 'x');
  weir::detail::log_output output(at.pipe.write_end.get());
  while (output.write(page) > 0) continue;
}

}  // namespace

TEST_CASE("without a loop that writes it a line is written where it is logged") {
  on_pipe at;
  say(at.core, "first", 1);
  CHECK(at.pipe.read_some().find("\"msg\":\"first\"") != std::string::npos);
}

TEST_CASE("what nobody reads is kept up to the bound, the rest is counted and told of later") {
  on_pipe at;
  fill(at);
  // The first waits a second for a reader; from then on nobody waits.
  for (unsigned line = 1; line <= 100; ++line) say(at.core, "kept or dropped", line);
  const auto dropped = at.core.dropped();
  CHECK(dropped > 0);
  CHECK(dropped < 100);

  const std::string filler = at.pipe.read_some();
  CHECK(count_of(filler, "kept or dropped") == 0);
  say(at.core, "after", 200);
  at.core.flush({});
  say(at.core, "and later", 201);
  const std::string text = at.pipe.read_some();
  CHECK(count_of(text, "kept or dropped") == 100 - dropped);
  // The line that came while there was no room yet is a dropped one, too, or it is here.
  const auto all = at.core.dropped();
  CHECK(all - dropped + count_of(text, "\"after\"") == 1);
  CHECK(count_of(text, "\"dropped\":" + std::to_string(all)) == 1);
  CHECK(count_of(text, "and later") == 1);
  CHECK(text.find("\"dropped\"") < text.find("and later"));
}

TEST_CASE("a log that cannot be written loses its lines, counted, and the program goes on") {
  on_pipe at;
  say(at.core, "read", 1);
  at.pipe.read_end.close();
  say(at.core, "lost", 2);
  CHECK(at.core.dropped() == 1);
  say(at.core, "lost, too", 3);
  CHECK(at.core.dropped() >= 2);
}

TEST_CASE("a place that writes too much is cut off, and all its lines are accounted for") {
  on_pipe at;
  constexpr unsigned said = 3 * weir::log_lines_per_second;
  for (unsigned count = 0; count < said; ++count) say(at.core, "again", 1);
  at.core.tell_suppressed(true);
  at.core.flush({});
  const std::string text = at.pipe.read_some();
  std::size_t accounted = count_of(text, "\"again\"");
  CHECK(accounted < said);
  for (const std::string_view name : {"\"suppressed\":", "\"suppressed_lines\":"}) {
    for (auto at_name = text.find(name); at_name != text.npos;
         at_name = text.find(name, at_name + 1)) {
      accounted += std::stoul(text.substr(at_name + name.size()));
    }
  }
  CHECK(accounted == said);
}

TEST_CASE("lines of many threads stay whole") {
  const open_pipe pipe;
  log_core core(pipe.write_end.get());
  std::string text;
  std::vector<std::thread> running;
  for (unsigned thread = 0; thread < threads; ++thread) {
    running.emplace_back([&core] {
      for (unsigned line = 0; line < lines_per_thread; ++line) say(core, "whole", 0);
    });
  }
  std::atomic<bool> ended = false;
  std::thread reader([&] {
    while (!ended) text += pipe.read_some(65536);
  });
  for (auto& one : running) one.join();
  core.flush(weir::detail::log_flush_limit);
  ended = true;
  reader.join();
  text += pipe.read_some();
  CHECK(core.dropped() == 0);
  CHECK(count_of(text, "{\"time\":") == threads * lines_per_thread);
  CHECK(count_of(text, "}\n") == threads * lines_per_thread);
  CHECK(count_of(text, "}\n{") == threads * lines_per_thread - 1);
}

TEST_CASE("the names of the program are in its lines, and the format is what it is told to be") {
  on_pipe at;
  at.core.set_names("shop", "1.2");
  say(at.core, "one", 1);
  CHECK(at.pipe.read_some().find("\"service\":\"shop\",\"version\":\"1.2\"") != std::string::npos);
  at.core.set_look(weir::log_format::journal);
  say(at.core, "two", 2);
  CHECK(at.pipe.read_some() == "<6>two\n");
}

TEST_SUITE_END();
