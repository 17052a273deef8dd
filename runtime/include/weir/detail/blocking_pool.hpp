// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace weir {

/// How many blocking() calls run at the same time in one process.
inline constexpr std::size_t blocking_threads_max = 16;

}  // namespace weir

namespace weir::detail {

/// The helper threads behind blocking(), shared by all loops of the process, started on demand.
///
/// The queue is bounded by the tasks that wait for it: a task waits for one call at a time.
class blocking_pool {
 public:
  static blocking_pool& instance();

  /// Queues a call. From any thread.
  void submit(std::function<void()> call);
  ~blocking_pool();

 private:
  blocking_pool() = default;
  void work();

  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool closing_ = false;
};

}  // namespace weir::detail
