// SPDX-License-Identifier: Apache-2.0
#include "watchdog.hpp"

#include <pthread.h>
#include <csignal>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace weir::test {
namespace {

using watch_clock = std::chrono::steady_clock;

constexpr std::chrono::seconds default_limit{60};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int sanitizer_factor = 4;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int sanitizer_factor = 4;
#else
constexpr int sanitizer_factor = 1;
#endif
#else
constexpr int sanitizer_factor = 1;
#endif

struct watched_case {
  std::string suite;
  std::string name;
  std::string location;
  std::chrono::seconds limit;
  watch_clock::time_point deadline;
};

struct watchdog_state {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<watched_case> current;
  hang_hook hook = nullptr;
};

// Never destroyed: the watchdog thread outlives main.
watchdog_state& state() {
  static watchdog_state* const instance = new watchdog_state;
  return *instance;
}

[[noreturn]] void report_and_abort(const watched_case& hung, hang_hook hook) {
  std::fflush(stdout);
  std::fprintf(stderr,
               "\nwatchdog: test case \"%s\" of suite %s (%s) has not ended after %lld s\n"
               "  likely cause: something it awaits never completes\n"
               "  to look again: run it alone with --test-case=\"%s\" under a debugger, with a\n"
               "  larger WEIR_TEST_TIMEOUT (seconds)\n",
               hung.name.c_str(), hung.suite.c_str(), hung.location.c_str(),
               static_cast<long long>(hung.limit.count()), hung.name.c_str());
  if (hook != nullptr) hook();
  std::fflush(stderr);
  std::abort();
}

void run_watchdog() {
  watchdog_state& shared = state();
  std::unique_lock lock(shared.mutex);
  while (true) {
    if (!shared.current) {
      shared.changed.wait(lock);
    } else if (watch_clock::now() >= shared.current->deadline) {
      const watched_case hung = *shared.current;
      const hang_hook hook = shared.hook;
      lock.unlock();
      report_and_abort(hung, hook);
    } else {
      const watch_clock::time_point deadline = shared.current->deadline;
      shared.changed.wait_until(lock, deadline);
    }
  }
}

}  // namespace

void on_hang(hang_hook hook) {
  const std::lock_guard lock(state().mutex);
  state().hook = hook;
}

void allow(std::chrono::seconds limit) {
  const std::lock_guard lock(state().mutex);
  if (!state().current) return;
  state().current->limit = limit * sanitizer_factor;
  state().current->deadline = watch_clock::now() + state().current->limit;
  state().changed.notify_one();
}

std::chrono::seconds case_limit() {
  const char* text = std::getenv("WEIR_TEST_TIMEOUT");
  const long seconds = text == nullptr ? 0 : std::strtol(text, nullptr, 10);
  if (text != nullptr && seconds <= 0) {
    std::fprintf(stderr, "WEIR_TEST_TIMEOUT=\"%s\" is not a positive number of seconds\n", text);
    std::exit(EXIT_FAILURE);
  }
  return (text == nullptr ? default_limit : std::chrono::seconds(seconds)) * sanitizer_factor;
}

void start_watchdog() {
  case_limit();  // a malformed WEIR_TEST_TIMEOUT ends the program here, not in the first case
  // The thread takes no signals: a test that waits for one must find it in its own threads.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread(run_watchdog).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void watch(const char* suite, const char* name, const char* location) {
  const std::chrono::seconds limit = case_limit();
  const std::lock_guard lock(state().mutex);
  state().current = watched_case{.suite = suite,
                                 .name = name,
                                 .location = location,
                                 .limit = limit,
                                 .deadline = watch_clock::now() + limit};
  state().changed.notify_one();
}

void unwatch() {
  const std::lock_guard lock(state().mutex);
  state().current.reset();
  state().changed.notify_one();
}

}  // namespace weir::test
