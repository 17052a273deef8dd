// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "weir/detail/blocking_pool.hpp"
#include "weir/driver.hpp"

namespace weir {

/// The operations of one loop that only a thread which may block can make: those on files.
///
/// So many are on their way to a helper thread, or there, as there are threads; the others wait
/// here, first come, first served. One that has begun is awaited to its end, whatever is cancelled:
/// the thread reads and writes the memory of whoever waits.
class pooled_operations {
 public:
  /// True for an operation that would block the loop's own thread.
  static bool takes(const io_request& request) noexcept;
  /// Makes the call itself, and blocks as long as it takes; a count or a negative errno.
  static int make_call(const io_request& request) noexcept;

  /// Takes an operation; it completes later, or at once with -EAGAIN where no thread is to be had.
  void start(io_work& operation) noexcept;
  /// Completes an operation that has not begun with -ECANCELED; false for one that is not here.
  bool cancel(io_work& operation) noexcept;
  /// No operation is here.
  bool is_idle() const noexcept;

 private:
  struct handed_over {
    io_work* operation = nullptr;
    detail::blocking_pool::ticket ticket = 0;
  };

  handed_over* slot_of(const io_work* operation) noexcept;
  bool hand_over(io_work& operation, handed_over& slot) noexcept;
  void hand_over_waiting() noexcept;
  void finish(io_work& operation, int result) noexcept;

  std::array<handed_over, blocking_threads_max> handed_over_;
  detail::intrusive_list<io_work, detail::driver_hook> waiting_;
};

}  // namespace weir
