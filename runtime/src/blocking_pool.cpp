// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/blocking_pool.hpp"

#include <string>
#include <system_error>

#include "weir/detail/all_signals_blocked.hpp"
#include "weir/error.hpp"

namespace weir::detail {
namespace {

error queue_is_full() {
  return {errc::limit_exceeded, disposition::retry,
          "a blocking() call was refused: " + std::to_string(blocking_queued_max) +
              " calls wait for one of " + std::to_string(blocking_threads_max) +
              " threads already; those hang in what they call (a name server that does not "
              "answer?) or too many are made at once"};
}

error no_thread(int errno_value) {
  const std::error_code code(errno_value, std::system_category());
  return {code, disposition::retry,
          "a blocking() call was refused: no helper thread can be started: " + code.message() +
              "; is the limit of threads reached (ulimit -u, pids.max of the container), or "
              "memory short?"};
}

}  // namespace

blocking_pool& blocking_pool::instance() {
  static blocking_pool pool;
  return pool;
}

blocking_pool::ticket blocking_pool::push(std::function<void()> call) {
  threads_.reserve(blocking_threads_max);
  queue_.emplace_hint(queue_.end(), last_ticket_ + 1, std::move(call));
  return ++last_ticket_;
}

void blocking_pool::submit(std::function<void()> call) {
  const std::lock_guard lock(mutex_);
  push(std::move(call));
  start_thread_if_wanted();
}

blocking_pool::ticket blocking_pool::submit_or_refuse(std::function<void()> call) {
  const std::lock_guard lock(mutex_);
  if (queue_.size() >= blocking_queued_max) throw queue_is_full();
  const ticket queued = push(std::move(call));
  const int status = start_thread_if_wanted();
  // A thread that runs will come to it; without any, nobody would ever.
  if (status == 0 || !threads_.empty()) return queued;
  queue_.erase(queued);
  throw no_thread(status);
}

bool blocking_pool::take_back(ticket queued) noexcept {
  std::unique_lock lock(mutex_);
  const auto taken = queue_.extract(queued);
  lock.unlock();  // What the call owns is destroyed outside the lock.
  return !taken.empty();
}

/// 0, or why no thread could be started.
int blocking_pool::start_thread_if_wanted() noexcept {
  if (idle_ >= queue_.size() || threads_.size() == blocking_threads_max) {
    wanted_.notify_one();
    return 0;
  }
  const all_signals_blocked while_starting;
  try {
    threads_.emplace_back([this] { work(); });
    return 0;
  } catch (const std::system_error& refused) {
    return refused.code().value();
  } catch (const std::bad_alloc&) {
    return ENOMEM;
  }
}

void blocking_pool::work() noexcept {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    wanted_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;
    auto taken = queue_.extract(queue_.begin());
    lock.unlock();
    taken.mapped()();
    taken = {};  // What the call owns is destroyed outside the lock.
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
  if (threads_.empty()) work();
}

}  // namespace weir::detail
