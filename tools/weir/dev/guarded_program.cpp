// SPDX-License-Identifier: Apache-2.0
#include "guarded_program.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "servers/server_error.hpp"
#include "weir/assert.hpp"
#include "weir/error.hpp"
#include "weir/poll.hpp"
#include "weir/timeout.hpp"

namespace weir::dev {
namespace {

constexpr std::size_t bytes_at_once = std::size_t{64} << 10;
constexpr int reads_a_turn = 16;  // a program that writes without end leaves room for others
constexpr const char* env_program = "/usr/bin/env";

/// A pipe with a name, which a guard opens as the log of its program. Open for writing here, too,
/// so that it has no end between two programs.
file_descriptor open_pipe(const std::filesystem::path& path) {
  if (::mkfifo(path.c_str(), 0600) == 0) {
    file_descriptor made(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (made) return made;
  }
  throw error::from_errno(errno, "make the pipe " + path.string());
}

}  // namespace

guarded_program::guarded_program(const std::string& name, line_taker take)
    : box_(name),
      pipe_path_(box_.path() / "output"),
      pipe_(open_pipe(pipe_path_)),
      lines_(std::move(take)),
      process_(box_.path()) {
  ended_.set();
}

void guarded_program::start(const std::vector<std::string>& arguments,
                            const std::filesystem::path& folder) {
  std::vector<std::string> command{env_program, "--chdir=" + folder.string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  process_.run({.arguments = std::move(command),
                .stop_signal = SIGTERM,
                .user = servers::current_account(),
                .log_file = pipe_path_});
  ended_.reset();
  started_.set();
  if (std::exchange(is_followed_, true)) return;
  following_.spawn(follow_output());
  following_.spawn(follow_end());
}

task<std::string> guarded_program::wait_ended() {
  co_await ended_.wait();
  if (guard_lost_) std::rethrow_exception(guard_lost_);
  co_return process_.ending();
}

task<std::string> guarded_program::stop(duration limit) {
  if (is_running()) process_.signal(SIGTERM);
  const auto ended = co_await with_timeout(limit, ended_.wait()).as_result();
  if (!ended.has_value()) {
    if (!ended.error().is(errc::deadline_exceeded)) throw ended.error();
    process_.signal(SIGKILL);
  }
  co_return co_await wait_ended();
}

task<> guarded_program::close() { co_await following_.close(); }

void guarded_program::take_output() {
  std::array<char, bytes_at_once> part;
  for (int reads = 0; reads < reads_a_turn; ++reads) {
    const ssize_t size = ::read(pipe_.get(), part.data(), part.size());
    if (size <= 0) return;
    lines_.add({part.data(), static_cast<std::size_t>(size)});
  }
}

task<> guarded_program::follow_output() {
  for (;;) {
    co_await poll(pipe_.get(), POLLIN);
    take_output();
  }
}

/// The guard tells of the end when all that the program started is gone, too: what they wrote is in
/// the pipe then, which holds less than one turn reads.
task<> guarded_program::follow_end() {
  for (;;) {
    co_await started_.wait();
    started_.reset();
    co_await poll(process_.end_descriptor(), POLLIN);
    try {
      WEIR_ASSERT(process_.wait_ended(std::chrono::milliseconds(0)));
    } catch (const servers::server_error&) {
      guard_lost_ = std::current_exception();
    }
    take_output();
    lines_.finish();
    ended_.set();
  }
}

}  // namespace weir::dev
