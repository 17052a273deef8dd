// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace weir {

/// How many blocking() calls run at the same time in one process.
inline constexpr std::size_t blocking_threads_max = 16;

/// How many blocking() calls wait for a thread in one process; the next one is refused.
inline constexpr std::size_t blocking_queued_max = 1024;

}  // namespace weir

namespace weir::detail {

/// The helper threads behind blocking(), shared by all loops of the process, started on demand.
///
/// Its end runs what is queued still. All functions may be called from any thread.
class blocking_pool {
 public:
  /// The name of a queued call.
  using ticket = std::uint64_t;

  static blocking_pool& instance();
  blocking_pool() = default;
  blocking_pool(const blocking_pool&) = delete;
  blocking_pool& operator=(const blocking_pool&) = delete;
  ~blocking_pool();

  /// Queues a call that must be made, such as one that closes something: it is never refused.
  /// Where no thread can be started it waits for the next submission, or for the pool's end.
  void submit(std::function<void()> call);

  /// Queues a call that somebody waits for. Throws, and queues nothing, when `blocking_queued_max`
  /// calls wait already, or when there is no thread and none can be started (both: retry).
  ticket submit_or_refuse(std::function<void()> call);

  /// Takes a call out of the queue; false when it has begun.
  bool take_back(ticket queued) noexcept;

 private:
  ticket push(std::function<void()> call);
  int start_thread_if_wanted() noexcept;
  void work() noexcept;

  std::mutex mutex_;
  std::condition_variable wanted_;
  std::map<ticket, std::function<void()>> queue_;  // Tickets ascend: the first is the oldest.
  ticket last_ticket_ = 0;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool closing_ = false;
};

}  // namespace weir::detail
