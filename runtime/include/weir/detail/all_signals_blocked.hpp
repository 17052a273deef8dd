// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

namespace weir::detail {

/// Blocks all signals of this thread while it lives.
///
/// Signals are for the loops: a helper thread that is started meanwhile inherits this, for good.
class all_signals_blocked {
 public:
  all_signals_blocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  all_signals_blocked(const all_signals_blocked&) = delete;
  all_signals_blocked& operator=(const all_signals_blocked&) = delete;
  ~all_signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace weir::detail
