// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/log_writer.hpp"

#include <csignal>

#include "log_core.hpp"
#include "weir/detail/uninterrupted_call.hpp"
#include "weir/poll.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir {
namespace detail {
namespace {

/// Between two writes: the lines that come meanwhile are one.
constexpr duration write_pause = std::chrono::milliseconds(1);
/// How long what a place has suppressed may go untold.
constexpr duration suppressed_pause = std::chrono::seconds(1);

void write_before_abort(int number) {
  log_core::instance().flush_in_crash();
  raise(number);  // By now the default again: it ends the program when this returns.
}

/// As long as one lives a program that aborts writes what is buffered. A handler of the program's
/// own is left alone.
class abort_watch {
 public:
  abort_watch() noexcept {
    struct sigaction now{};
    if (sigaction(SIGABRT, nullptr, &now) != 0 || (now.sa_flags & SA_SIGINFO) != 0) return;
    if (now.sa_handler != SIG_DFL) return;
    now.sa_handler = write_before_abort;
    now.sa_flags = SA_RESETHAND;
    is_set_ = sigaction(SIGABRT, &now, nullptr) == 0;
  }
  abort_watch(const abort_watch&) = delete;
  abort_watch& operator=(const abort_watch&) = delete;
  ~abort_watch() {
    if (is_set_) std::signal(SIGABRT, SIG_DFL);
  }

 private:
  bool is_set_ = false;
};

task<log_progress> write_once(log_core& core) {
  if (!core.is_slow()) co_return core.write_chunk();
  co_return co_await uninterrupted_call([&core] { return core.write_chunk(); });
}

task<> wait_for_reader(log_core& core) {
  const auto full = core.when_full();
  if (full == nullptr || !*full) co_return co_await sleep(write_pause);
  const auto room = co_await poll(full->get(), POLLOUT).as_result();
  if (!room && room.error().is_cancelled()) throw room.error();
}

/// Until there is something to write, or to tell.
task<> wait_for_lines(log_core& core, log_core::writer& here) {
  if (!core.has_suppressed()) co_return co_await here.wanted().wait();
  const auto came = co_await with_timeout(suppressed_pause, here.wanted().wait()).as_result();
  if (!came && came.error().is_cancelled()) throw came.error();
  core.tell_suppressed(false);
}

}  // namespace

task<> write_log_of(log_core& core) {
  log_core::writer here(core);
  for (;;) {
    co_await wait_for_lines(core, here);
    here.take_up();
    if (!here.is_first()) continue;
    for (bool is_more = true; is_more;) {
      const auto progress = co_await write_once(core);
      if (progress == log_progress::full) co_await wait_for_reader(core);
      co_await sleep(write_pause);
      // What is lost to a full disk will not fare better a millisecond later.
      is_more = progress == log_progress::full || progress == log_progress::written;
    }
  }
}

}  // namespace detail

task<> write_log() {
  const detail::abort_watch aborts;
  co_await detail::write_log_of(detail::log_core::instance());
}

}  // namespace weir
