// SPDX-License-Identifier: Apache-2.0
#include "weir/pipe.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "run.hpp"
#include "sockets.hpp"
#include "weir/byte_source.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.pipe");

namespace {

static_assert(byte_source<pipe_reader>);

// More than a pipe holds.
constexpr std::size_t large = 10'000'000;

std::vector<std::byte> numbered_bytes(std::size_t count) {
  std::vector<std::byte> bytes(count);
  for (std::size_t at = 0; at < count; ++at) bytes[at] = static_cast<std::byte>(at * 7 + at / 251);
  return bytes;
}

task<> write_and_close(pipe_writer& target, const std::vector<std::byte>& bytes) {
  co_await target.write_all(bytes);
  target.close();
}

task<std::vector<std::byte>> read_all(pipe_reader& source) {
  std::vector<std::byte> bytes;
  std::vector<std::byte> part(100'000);
  for (;;) {
    const std::size_t count = co_await source.read_some(part);
    if (count == 0) co_return bytes;
    bytes.insert(bytes.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

task<std::string> read_text_of(pipe_reader& source, std::size_t size) {
  std::vector<std::byte> part(size);
  const std::size_t count = co_await source.read_some(part);
  co_return std::string(reinterpret_cast<const char*>(part.data()), count);
}

task<> note_result(pipe_writer& target, std::string text, result<void>& noted, bool& ended) {
  noted = co_await target.write_all(text).as_result();
  ended = true;
}

bool pipe_signal_is_pending() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGPIPE) == 1;
}

}  // namespace

TEST_CASE("what is written is read, in order, however much it is") {
  run([]() -> task<> {
    pipe_pair made = make_pipe();
    const auto bytes = numbered_bytes(large);
    auto both = co_await when_all(write_and_close(made.writer, bytes), read_all(made.reader));
    CHECK((std::get<1>(both) == bytes));
    CHECK(co_await read_text_of(made.reader, 10) == "");
  });
}

TEST_CASE("while a long write goes on, other tasks have their turn") {
  run([]() -> task<> {
    pipe_pair made = make_pipe();
    const auto bytes = numbered_bytes(large);
    std::size_t turns = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](std::size_t& count) -> task<> {
        for (;; ++count) co_await yield();
      }(turns));
      co_await when_all(write_and_close(made.writer, bytes), read_all(made.reader));
    });
    CHECK(turns >= large / 65'536);
  });
}

TEST_CASE("a full pipe is waited for, and a cancelled write leaves the writer fit for closing") {
  run([]() -> task<> {
    pipe_pair made = make_pipe();
    const std::string text(large, 'x');
    const auto late = co_await with_timeout(1ms, made.writer.write_all(text)).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    made.writer.close();
    const std::string left = co_await made.reader.read_text();
    CHECK(!left.empty());
    CHECK(left.size() < large);
  });
}

TEST_CASE("in a stopped task nothing is written, though there is room") {
  run([]() -> task<> {
    pipe_pair made = make_pipe();
    result<void> noted;
    bool ended = false;
    scope children;
    children.request_stop();
    children.spawn(note_result(made.writer, "text", noted, ended));
    co_await children.join();
    CHECK(ended);
    CHECK(noted.error().is_cancelled());
    made.writer.close();
    CHECK(co_await made.reader.read_text() == "");
  });
}

TEST_CASE("a write to a pipe that was closed is an error, and no signal") {
  run([]() -> task<> {
    const auto before = std::signal(SIGPIPE, SIG_DFL);
    pipe_pair made = make_pipe("the pipe of a test");
    result<void> noted;
    bool ended = false;
    const std::string text(large, 'x');
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_result(made.writer, text, noted, ended));
      for (int turn = 0; turn < 10; ++turn) co_await yield();
      CHECK_FALSE(ended);
      made.reader.close();
      co_await children.join();
    });
    CHECK(noted.error().code() == std::errc::broken_pipe);
    CHECK(noted.error().disposition() == disposition::permanent);
    CHECK(noted.error().message() ==
          "write to the pipe of a test: whoever reads it has closed it (has it ended?)");
    CHECK_FALSE((co_await made.writer.write_all("x").as_result()).has_value());
    CHECK_FALSE(pipe_signal_is_pending());
    std::signal(SIGPIPE, before);
  });
}

TEST_CASE("a SIGPIPE that waited for somebody else is left to them") {
  run([]() -> task<> {
    sigset_t pipe_signal;
    sigset_t before;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    raise(SIGPIPE);
    pipe_pair made = make_pipe();
    made.reader.close();
    CHECK_FALSE((co_await made.writer.write_all("x").as_result()).has_value());
    CHECK(pipe_signal_is_pending());
    int taken = 0;
    CHECK(sigwait(&pipe_signal, &taken) == 0);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  });
}

TEST_CASE("lines and bytes can be read in turn, and nothing falls between") {
  run([]() -> task<> {
    pipe_pair made = make_pipe();
    co_await made.writer.write_all("one\ntwo\nthree");
    CHECK(co_await made.reader.read_line() == "one");
    CHECK(co_await read_text_of(made.reader, 2) == "tw");
    CHECK(co_await read_text_of(made.reader, 100) == "o\nthree");
    co_await made.writer.write_all("four\n");
    CHECK(co_await read_text_of(made.reader, 1) == "f");
    CHECK(co_await made.reader.read_line() == "our");
  });
}

TEST_CASE("a cancelled read takes nothing out of the pipe") {
  run([]() -> task<> {
    pipe_pair made = make_pipe();
    for (int round = 0; round < 50; ++round) {
      std::string got;
      scope children;
      children.spawn([](pipe_reader& source, std::string& text) -> task<> {
        text = co_await read_text_of(source, 10);
      }(made.reader, got));
      for (int turn = 0; turn < round % 5; ++turn) co_await yield();
      co_await made.writer.write_all("x");
      co_await children.close();
      if (got.empty()) got = co_await read_text_of(made.reader, 10);
      CHECK(got == "x");
    }
  });
}

TEST_CASE("both ends are closed with their ends") {
  run([]() -> task<> {
    const int before = open_descriptors();
    {
      pipe_pair made = make_pipe();
      CHECK(open_descriptors() == before + 2);
      made.writer.close();
      CHECK(open_descriptors() == before + 1);
    }
    CHECK(open_descriptors() == before);
    co_return;
  });
}

TEST_SUITE_END();
