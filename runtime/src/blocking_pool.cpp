// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/blocking_pool.hpp"

#include <csignal>

namespace weir::detail {

blocking_pool& blocking_pool::instance() {
  static blocking_pool pool;
  return pool;
}

void blocking_pool::submit(std::function<void()> call) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(call));
  if (idle_ >= queue_.size() || threads_.size() == blocking_threads_max)
    return wanted_.notify_one();
  // Signals are for the loops: a helper thread starts with all of them blocked.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  threads_.emplace_back([this] { work(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void blocking_pool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    wanted_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;
    auto call = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    call();
    call = nullptr;  // What it owns is destroyed outside the lock.
    lock.lock();
  }
}

blocking_pool::~blocking_pool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wanted_.notify_all();
  for (auto& thread : threads_) thread.join();
}

}  // namespace weir::detail
