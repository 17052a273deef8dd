// SPDX-License-Identifier: Apache-2.0
#include "weir/runtime.hpp"

#include <algorithm>
#include <mutex>
#include <thread>
#include <vector>

#include "weir/timeout.hpp"

namespace weir {
namespace {

/// What the threads of one run() share: where to reach the tasks that still run, the first error.
class shared_run {
 public:
  /// Registers the running task of a loop; false when another one has failed already.
  bool enter(std::size_t index, loop& home, detail::stop_context& stop) {
    const std::lock_guard lock(mutex_);
    if (failure_) return false;
    if (running_.size() <= index) running_.resize(index + 1);
    running_[index] = {&home, &stop};
    return true;
  }

  void leave(std::size_t index) {
    const std::lock_guard lock(mutex_);
    running_[index] = {};
  }

  void fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (failure_) return;
    failure_ = std::move(failure);
    for (std::size_t index = 0; index < running_.size(); ++index) {
      if (running_[index].home == nullptr) continue;
      running_[index].home->post([this, index] { stop_here(index); });
    }
  }

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  struct entry {
    loop* home = nullptr;
    detail::stop_context* stop = nullptr;
  };

  void stop_here(std::size_t index) {
    detail::stop_context* stop = nullptr;
    {
      const std::lock_guard lock(mutex_);
      stop = running_[index].stop;
    }
    if (stop != nullptr) stop->request_stop();
  }

  std::mutex mutex_;
  std::vector<entry> running_;
  std::exception_ptr failure_;
};

task<> run_one(shared_run& shared, std::size_t index, task<> main) {
  detail::stop_context stop;
  if (!shared.enter(index, loop::current(), stop)) co_return;
  main.handle().promise().set_stop(&stop);
  std::exception_ptr failure;
  try {
    co_await std::move(main);
  } catch (...) {
    failure = std::current_exception();
  }
  shared.leave(index);
  if (failure) std::rethrow_exception(failure);
}

error no_thread(std::error_code code, std::size_t started, std::size_t wanted) {
  return {code, disposition::retry,
          "start a thread for each of " + std::to_string(wanted) + " loops: after " +
              std::to_string(started) + ": " + code.message() +
              "; is the limit of threads reached (ulimit -u, pids.max of the container), or "
              "memory short?"};
}

}  // namespace

runtime::runtime(std::size_t loops, driver_choice choice)
    : loops_(loops != 0 ? loops : std::max(1U, std::thread::hardware_concurrency())),
      choice_(choice) {}

void runtime::run(const std::function<task<>(std::size_t)>& main) {
  shared_run shared;
  const auto run_loop = [&](std::size_t index) {
    try {
      loop own(choice_);
      own.run(run_one(shared, index, main(index)));
    } catch (...) {
      shared.fail(std::current_exception());
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(loops_);
  try {
    while (threads.size() < loops_) {
      threads.emplace_back([&run_loop, index = threads.size()] { run_loop(index); });
    }
  } catch (const std::system_error& refused) {
    shared.fail(std::make_exception_ptr(no_thread(refused.code(), threads.size(), loops_)));
  }
  for (auto& thread : threads) thread.join();
  shared.rethrow();
}

}  // namespace weir
