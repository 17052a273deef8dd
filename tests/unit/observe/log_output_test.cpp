// SPDX-License-Identifier: Apache-2.0
#include "log_output.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "open_pipe.hpp"

TEST_SUITE_BEGIN("observe.log_output");

namespace {

using weir::file_descriptor;
using weir::detail::log_output;
using weir::test::open_pipe;

constexpr int writes_max = 10'000;
const std::string page(4096, 'x');

/// Writes until there is no room; gives how many bytes went.
std::size_t fill(log_output& output) {
  std::size_t written = 0;
  for (int count = 0; count < writes_max; ++count) {
    const ssize_t wrote = output.write(page);
    if (wrote < 0) {
      CHECK(wrote == -EAGAIN);
      return written;
    }
    written += static_cast<std::size_t>(wrote);
  }
  FAIL("it never became full");
  return written;
}

bool is_blocking(const file_descriptor& one) {
  return (fcntl(one.get(), F_GETFL) & O_NONBLOCK) == 0;
}

}  // namespace

TEST_CASE("a pipe that nobody reads is full, blocks nobody, and goes on when somebody reads") {
  const open_pipe pipe;
  log_output output(pipe.write_end.get());
  CHECK_FALSE(output.is_slow());
  const std::size_t written = fill(output);
  CHECK(written >= page.size());
  CHECK(is_blocking(pipe.write_end));  // It is shared with others.
  CHECK_FALSE(weir::detail::wait_for_room(output.when_full()->get(), {}));
  CHECK(pipe.read_some().size() == written);
  CHECK(weir::detail::wait_for_room(output.when_full()->get(), {}));
  CHECK(output.write("more") == 4);
  CHECK(pipe.read_some() == "more");
}

TEST_CASE("a socket that nobody reads is full, and blocks nobody") {
  std::array<int, 2> ends{};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  const file_descriptor ours(ends[0]);
  file_descriptor theirs(ends[1]);
  log_output output(ours.get());
  CHECK(fill(output) > 0);
  CHECK(is_blocking(ours));
  theirs.close();
  CHECK(output.write(page) == -EPIPE);
}

TEST_CASE("a pipe without a reader is an error, and no signal") {
  open_pipe pipe;
  log_output output(pipe.write_end.get());
  CHECK(output.write("a") == 1);
  pipe.read_end.close();
  CHECK(output.write("b") == -EPIPE);
}

TEST_CASE("a pipe that may not be opened anew is written to when it has room") {
  const open_pipe pipe;
  // Of a path that is not there it cannot be: as where /proc is missing or the pipe another user's.
  log_output output(pipe.write_end.get(), "/nowhere");
  const std::size_t written = fill(output);
  CHECK(written >= page.size());
  CHECK(is_blocking(pipe.write_end));
  const auto full = output.when_full();
  CHECK_FALSE(weir::detail::wait_for_room(full->get(), {}));
  CHECK(pipe.read_some().size() == written);
  CHECK(weir::detail::wait_for_room(full->get(), {}));
  CHECK(output.write("more") == 4);
}

TEST_CASE("a file is slow, and written to where others left off") {
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  log_output output(fileno(file));
  CHECK(output.is_slow());
  CHECK(output.write("ab") == 2);
  CHECK(::write(fileno(file), "cd", 2) == 2);
  CHECK(output.write("ef") == 2);
  std::array<char, 16> read{};
  CHECK(pread(fileno(file), read.data(), read.size(), 0) == 6);
  CHECK(std::string_view(read.data()) == "abcdef");
  std::fclose(file);
}

TEST_CASE("a descriptor that becomes another file is noticed") {
  const open_pipe before;
  const open_pipe after;
  log_output output(before.write_end.get());
  CHECK(output.write("one") == 3);
  REQUIRE(dup2(after.write_end.get(), before.write_end.get()) >= 0);
  CHECK(output.write("two") == 3);
  CHECK(before.read_some() == "one");
  CHECK(after.read_some() == "two");
}

TEST_CASE("the journal is known by its device and number") {
  const open_pipe pipe;
  const log_output output(pipe.write_end.get());
  struct stat known{};
  REQUIRE(fstat(pipe.write_end.get(), &known) == 0);
  const std::string name = std::to_string(known.st_dev) + ':' + std::to_string(known.st_ino);
  unsetenv("JOURNAL_STREAM");
  CHECK_FALSE(output.is_journal());
  setenv("JOURNAL_STREAM", name.c_str(), 1);
  CHECK(output.is_journal());
  setenv("JOURNAL_STREAM", (name + "1").c_str(), 1);
  CHECK_FALSE(output.is_journal());
  unsetenv("JOURNAL_STREAM");
  CHECK_FALSE(output.is_terminal());
}

TEST_SUITE_END();
