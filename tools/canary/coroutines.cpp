// SPDX-License-Identifier: Apache-2.0
// Run by meson at configure time: shows whether this compiler builds coroutines correctly.
//
// g++ 12 destroys an aggregate or a capturing lambda twice when it is a temporary inside a
// co_await expression, and never resumes a coroutine that has `if (co_await f())` and no local at
// its top level. Programs built that way corrupt memory or stop without a word, so the build is
// refused instead. Exit code 0: correct. Otherwise a line on stderr says which form failed.
#include <unistd.h>

#include <coroutine>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <utility>

namespace {

int alive = 0;  // constructions minus destructions of every `counted`

struct counted {
  counted() { ++alive; }
  counted(const counted&) { ++alive; }
  counted(counted&&) noexcept { ++alive; }
  ~counted() { --alive; }
  int one() const { return 1; }
  counted& operator=(const counted&) = default;
  counted& operator=(counted&&) = default;
};

struct message {
  counted body;
  int number = 0;
};

struct task {
  struct promise_type {
    std::coroutine_handle<> awaiting = std::noop_coroutine();
    int value = 0;

    struct final_awaiter {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        return self.promise().awaiting;
      }
      void await_resume() noexcept {}
    };

    task get_return_object() {
      return task{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    final_awaiter final_suspend() noexcept { return {}; }
    void return_value(int result) { value = result; }
    void unhandled_exception() { std::abort(); }
  };

  explicit task(std::coroutine_handle<promise_type> handle) : frame(handle) {}
  task(task&& other) noexcept : frame(std::exchange(other.frame, nullptr)) {}
  ~task() {
    if (frame) frame.destroy();
  }

  bool await_ready() { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) {
    frame.promise().awaiting = awaiting;
    return frame;
  }
  int await_resume() { return frame.promise().value; }

  std::coroutine_handle<promise_type> frame;
};

task take_message(message received) { co_return received.number; }

template <class Function>
task call(Function function) {
  co_return function();
}

task yes() { co_return 1; }

task await_aggregate_temporary() { co_return co_await take_message({.body = {}, .number = 1}); }

task await_capturing_lambda() {
  counted captured;
  co_return co_await call([captured] { return captured.one(); });
}

bool branch_taken = false;

task await_inside_condition() {
  if (co_await yes()) {
    branch_taken = true;
    co_return 1;
  }
  co_return 0;
}

bool passes(const char* form, task (*start)()) {
  {
    task running = start();
    running.frame.resume();
    if (!running.frame.done() || running.frame.promise().value != 1) {
      std::fprintf(stderr, "%s: the coroutine did not finish\n", form);
      return false;
    }
  }
  if (alive == 0) return true;
  std::fprintf(stderr, "%s: %d objects destroyed too often\n", form, -alive);
  alive = 0;
  return false;
}

}  // namespace

int main() {
  constexpr unsigned limit_seconds = 20;
  alarm(limit_seconds);  // a miscompiled coroutine may also spin; SIGALRM then ends this program
  bool correct = passes("co_await f({.member = value})", await_aggregate_temporary);
  correct = passes("co_await f([captured] {...})", await_capturing_lambda) && correct;
  correct = passes("if (co_await f())", await_inside_condition) && branch_taken && correct;
  return correct ? 0 : 1;
}
