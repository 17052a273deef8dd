// SPDX-License-Identifier: Apache-2.0
#include "weir/runtime.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "weir/manual_reset_event.hpp"

namespace weir {
namespace {

constexpr std::size_t thread_name_max = 15;  // bytes, without the zero at the end

/// What the threads of one run() share: their loops, the tasks that still run, the first error.
class shared_run {
 public:
  /// How to reach what runs on one loop, from that loop.
  struct part {
    detail::stop_context* stop = nullptr;
    manual_reset_event* all_ended = nullptr;
  };

  explicit shared_run(std::size_t loops) : loops_(loops), parts_(loops) {}

  const std::vector<loop*>& loops() const noexcept { return loops_; }

  /// Waits until every loop is made; false when one could not be.
  bool meet(std::size_t index, loop& made) {
    std::unique_lock lock(mutex_);
    loops_[index] = &made;
    ++made_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return made_ == loops_.size() || failure_; });
    // A task may have failed since all were made; the others begin nevertheless, and are stopped.
    return made_ == loops_.size();
  }

  /// Registers the task of a loop; false when another one has failed already.
  bool enter(std::size_t index, part running) {
    const std::lock_guard lock(mutex_);
    parts_[index] = running;
    return !failure_;
  }

  /// The task of a loop has ended; the last one tells all.
  void leave(std::size_t index) {
    const std::lock_guard lock(mutex_);
    parts_[index].stop = nullptr;
    if (++ended_ < loops_.size()) return;
    for (std::size_t at = 0; at < loops_.size(); ++at) {
      loops_[at]->post([ended = parts_[at].all_ended] { ended->set(); });
    }
  }

  void fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (failure_) return;
    failure_ = std::move(failure);
    changed_.notify_all();
    for (std::size_t at = 0; at < loops_.size(); ++at) {
      if (parts_[at].stop != nullptr) loops_[at]->post([this, at] { stop_here(at); });
    }
  }

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void stop_here(std::size_t index) {
    detail::stop_context* stop = nullptr;
    {
      const std::lock_guard lock(mutex_);
      stop = parts_[index].stop;
    }
    if (stop != nullptr) stop->request_stop();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<loop*> loops_;
  std::size_t made_ = 0;
  std::vector<part> parts_;
  std::size_t ended_ = 0;
  std::exception_ptr failure_;
};

task<> run_main(const std::function<task<>(peers)>& main, peers all, detail::stop_context& stop) {
  task<> running = main(all);
  running.handle().promise().set_stop(&stop);
  co_await std::move(running);
}

/// The task of one loop, and then, for the calls of the others, the wait for theirs.
task<> run_one(shared_run& shared, std::size_t index, const std::function<task<>(peers)>& main) {
  detail::stop_context stop;
  manual_reset_event all_ended;
  const shared_run::part own{.stop = &stop, .all_ended = &all_ended};
  if (shared.enter(index, own)) {
    try {
      co_await run_main(main, peers(shared.loops(), index), stop);
    } catch (...) {
      shared.fail(std::current_exception());
    }
  }
  shared.leave(index);
  co_await all_ended.wait();
}

error no_thread(std::error_code code, std::size_t started, std::size_t wanted) {
  return {code, disposition::retry,
          "start a thread for each of " + std::to_string(wanted) + " loops: after " +
              std::to_string(started) + ": " + code.message() +
              "; is the limit of threads reached (ulimit -u, pids.max of the container), or "
              "memory short?"};
}

void name_this_thread(const std::string& name, std::size_t index) noexcept {
  const std::string suffix = "-" + std::to_string(index);
  const std::string whole =
      name.substr(0, thread_name_max - std::min(thread_name_max, suffix.size())) + suffix;
  pthread_setname_np(pthread_self(), whole.c_str());
}

/// The processors that the calling thread may run on.
std::vector<int> allowed_processors() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) < 0) {
    throw error::from_errno(errno, "ask which processors the loops may be pinned to");
  }
  std::vector<int> found;
  for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
    if (CPU_ISSET(processor, &allowed)) found.push_back(processor);
  }
  return found;
}

void pin_this_thread(int processor) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(processor, &only);
  if (::sched_setaffinity(0, sizeof only, &only) < 0) {
    throw error::from_errno(errno, "pin a loop to processor " + std::to_string(processor));
  }
}

}  // namespace

runtime::runtime(runtime_options options) : options_(std::move(options)) {
  if (options_.loops == 0) options_.loops = std::max(1U, std::thread::hardware_concurrency());
}

void runtime::run(const std::function<task<>(peers)>& main) {
  shared_run shared(options_.loops);
  std::vector<int> processors;
  if (options_.pin) processors = allowed_processors();
  const auto run_loop = [&](std::size_t index) {
    try {
      name_this_thread(options_.name, index);
      if (options_.pin) pin_this_thread(processors[index % processors.size()]);
      loop own(options_.driver);
      if (shared.meet(index, own)) own.run(run_one(shared, index, main));
    } catch (...) {
      shared.fail(std::current_exception());
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(options_.loops);
  try {
    while (threads.size() < options_.loops) {
      threads.emplace_back([&run_loop, index = threads.size()] { run_loop(index); });
    }
  } catch (const std::system_error& refused) {
    shared.fail(std::make_exception_ptr(no_thread(refused.code(), threads.size(), options_.loops)));
  }
  for (auto& thread : threads) thread.join();
  shared.rethrow();
}

}  // namespace weir
