// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>

#include <initializer_list>

#include "weir/file_descriptor.hpp"
#include "weir/task.hpp"

namespace weir {

/// Signals as something to wait for, instead of handlers that interrupt.
///
/// The signals are blocked in the calling thread for the object's life, and read from a descriptor.
/// Make it before other threads start, or they take the signals with their default action.
class signal_set {
 public:
  signal_set(std::initializer_list<int> signals);
  ~signal_set();
  signal_set(const signal_set&) = delete;
  signal_set& operator=(const signal_set&) = delete;

  /// Suspends until one of the signals came; gives its number. One that came before is given at
  /// once. Throws when cancelled.
  task<int> next();

 private:
  sigset_t blocked_before_;
  file_descriptor descriptor_;
};

}  // namespace weir
