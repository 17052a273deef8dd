// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <string>
#include <vector>

#include "occupied_threads.hpp"
#include "run.hpp"
#include "temporary_directory.hpp"
#include "weir/driver.hpp"
#include "weir/file_descriptor.hpp"
#include "weir/scope.hpp"
#include "weir/when_all.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.driver_files");

namespace {

struct raw_operation final : io_operation {
  using io_operation::io_operation;
};

task<int> result_of(io_request request) {
  raw_operation operation(request);
  co_return co_await operation;
}

task<> note_result(io_request request, int& result) { result = co_await result_of(request); }

io_request reading(int from, std::span<char> into, std::int64_t position = current_position) {
  return {.kind = io_kind::read_at,
          .descriptor = from,
          .data = into.data(),
          .size = into.size(),
          .position = position};
}

io_request writing(int to, std::string& text, std::int64_t position = current_position) {
  return {.kind = io_kind::write_at,
          .descriptor = to,
          .data = text.data(),
          .size = text.size(),
          .position = position};
}

io_request syncing(int what, io_kind kind) { return {.kind = kind, .descriptor = what}; }

file_descriptor open_new(const std::string& path) {
  file_descriptor made(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  REQUIRE(made);
  return made;
}

struct pipe_pair {
  explicit pipe_pair(int flags) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC | flags) == 0);
    reading_end = file_descriptor(ends[0]);
    writing_end = file_descriptor(ends[1]);
  }
  void put(char byte) const { REQUIRE(::write(writing_end.get(), &byte, 1) == 1); }
  file_descriptor reading_end;
  file_descriptor writing_end;
};

}  // namespace

TEST_CASE("a file is read, written and synced at positions") {
  run([]() -> task<> {
    const temporary_directory directory;
    const file_descriptor made = open_new(directory / "a");
    std::string text = "0123456789";
    CHECK(co_await result_of(writing(made.get(), text, 0)) == 10);
    std::string more = "ab";
    CHECK(co_await result_of(writing(made.get(), more, 4)) == 2);
    CHECK(co_await result_of(writing(made.get(), more, 12)) == 2);
    CHECK(contents_of(directory / "a") == std::string("0123ab6789\0\0ab", 14));

    std::array<char, 8> part{};
    CHECK(co_await result_of(reading(made.get(), part, 8)) == 6);
    CHECK(std::string(part.data(), 6) == std::string("89\0\0ab", 6));
    CHECK(co_await result_of(reading(made.get(), part, 14)) == 0);
    CHECK(co_await result_of(syncing(made.get(), io_kind::sync)) == 0);
    CHECK(co_await result_of(syncing(made.get(), io_kind::sync_data)) == 0);
  });
}

TEST_CASE("what fails gives the errno of the system call") {
  run([]() -> task<> {
    const pipe_pair pair(O_NONBLOCK);
    std::string text = "x";
    std::array<char, 8> part{};
    CHECK(co_await result_of(syncing(pair.writing_end.get(), io_kind::sync)) == -EINVAL);
    CHECK(co_await result_of(writing(pair.reading_end.get(), text)) == -EBADF);
    for (const int closed : {-1, 1'000'000}) {
      CHECK(co_await result_of(reading(closed, part)) == -EBADF);
      CHECK(co_await result_of(writing(closed, text, 0)) == -EBADF);
      CHECK(co_await result_of(syncing(closed, io_kind::sync_data)) == -EBADF);
    }
  });
}

TEST_CASE("a non-blocking pipe is waited for, and a cancelled wait takes nothing out of it") {
  run([]() -> task<> {
    const pipe_pair pair(O_NONBLOCK);
    std::array<char, 8> part{};
    int count = 1;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_result(reading(pair.reading_end.get(), part), count));
      for (int turn = 0; turn < 10; ++turn) co_await yield();
      CHECK(count == 1);
    });
    CHECK(count == -ECANCELED);

    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_result(reading(pair.reading_end.get(), part), count));
      co_await yield();
      pair.put('x');
      co_await children.join();
    });
    CHECK(count == 1);
    CHECK(part[0] == 'x');
  });
}

TEST_CASE("a pipe that is full is waited for") {
  run([]() -> task<> {
    const pipe_pair pair(O_NONBLOCK);
    std::string block(1 << 20, 'x');
    const int first = co_await result_of(writing(pair.writing_end.get(), block));
    CHECK(first > 0);
    CHECK(first < 1 << 20);
    int second = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_result(writing(pair.writing_end.get(), block), second));
      for (int turn = 0; turn < 10; ++turn) co_await yield();
      CHECK(second == 0);
      std::vector<char> drained(static_cast<std::size_t>(first));
      CHECK(co_await result_of(reading(pair.reading_end.get(), drained)) > 0);
      co_await children.join();
    });
    CHECK(second > 0);
  });
}

TEST_CASE("a cancelled read that has begun is awaited, and gives what it has read") {
  run([]() -> task<> {
    for (int round = 0; round < 50; ++round) {
      // Blocking: one of the drivers reads it on a thread that nothing can call back.
      const pipe_pair pair(0);
      std::array<char, 8> part{};
      int count = 0;
      scope children;
      children.spawn(note_result(reading(pair.reading_end.get(), part), count));
      for (int turn = 0; turn < round; ++turn) co_await yield();
      children.request_stop();
      pair.put('x');
      co_await children.join();
      int left = -1;
      REQUIRE(::ioctl(pair.reading_end.get(), FIONREAD, &left) == 0);
      CHECK((count == 1 || count == -ECANCELED));
      CHECK(left == (count == 1 ? 0 : 1));
    }
  });
}

TEST_CASE("more operations than threads all complete") {
  run([]() -> task<> {
    const temporary_directory directory;
    const file_descriptor made = open_new(directory / "a");
    std::string letters(500, ' ');
    std::vector<task<int>> work;
    for (std::size_t at = 0; at < letters.size(); ++at) {
      letters[at] = static_cast<char>('a' + at % 26);
      work.push_back(result_of({.kind = io_kind::write_at,
                                .descriptor = made.get(),
                                .data = &letters[at],
                                .size = 1,
                                .position = static_cast<std::int64_t>(at)}));
    }
    const std::vector<int> counts = co_await when_all(std::move(work));
    CHECK(std::count(counts.begin(), counts.end(), 1) == 500);
    CHECK(contents_of(directory / "a") == letters);
  });
}

TEST_CASE("a cancelled operation that has not begun is not made") {
  occupied_threads threads;
  run([&]() -> task<> {
    co_await threads.all_taken();
    const temporary_directory directory;
    const file_descriptor made = open_new(directory / "a");
    std::string text = "x";
    std::vector<int> counts(100, 0);
    co_await with_scope([&](scope& children) -> task<> {
      for (std::size_t at = 0; at < counts.size(); ++at) {
        const auto position = static_cast<std::int64_t>(at);
        children.spawn(note_result(writing(made.get(), text, position), counts[at]));
      }
      co_await yield();
    });
    threads.set_free();
    const auto written = std::count(counts.begin(), counts.end(), 1);
    CHECK(std::count(counts.begin(), counts.end(), -ECANCELED) + written == 100);
    const std::string contents = contents_of(directory / "a");
    CHECK(std::count(contents.begin(), contents.end(), 'x') == written);
    if (loop::current().driver().name() == "epoll") CHECK(written == 0);
  });
}

TEST_CASE("an operation for which no helper thread is to be had fails, where it needs one") {
  occupied_threads threads;
  run([&]() -> task<> {
    co_await threads.all_taken();
    threads.fill_queue();
    const temporary_directory directory;
    const file_descriptor made = open_new(directory / "a");
    std::string text = "x";
    const int expected = loop::current().driver().name() == "epoll" ? -EAGAIN : 1;
    CHECK(co_await result_of(writing(made.get(), text, 0)) == expected);
    threads.set_free();
  });
}

TEST_SUITE_END();
