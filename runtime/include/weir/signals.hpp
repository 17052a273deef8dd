// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <initializer_list>

#include "weir/file_descriptor.hpp"
#include "weir/task.hpp"

namespace weir {

/// Signals as something to await, in place of handlers.
///
/// While it lives its signals are blocked in the thread that made it and in the threads which that
/// one starts: make it first, in main(), so that no other thread takes them. At its end the
/// thread's mask is what it was, and a signal that nobody fetched does what it does by default.
class signal_set {
 public:
  /// For instance `{SIGTERM, SIGINT}`. Throws where the kernel refuses.
  explicit signal_set(std::initializer_list<int> signals);
  signal_set(const signal_set&) = delete;
  signal_set& operator=(const signal_set&) = delete;
  ~signal_set();

  /// Suspends until one of the signals comes; gives its number. Several of one number that come
  /// before the call count as one. Cancelled, it throws and has taken none.
  task<int> next();

 private:
  sigset_t before_;
  file_descriptor source_;
};

}  // namespace weir
