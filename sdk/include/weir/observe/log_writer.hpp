// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/task.hpp"

namespace weir {

/// Writes what is logged, on this loop, until it is cancelled. weir::service runs one by itself.
///
/// Without it a line is written where it is logged, and whoever logs waits for who reads. With it a
/// line waits in a buffer, and is written in the turn in which it came, or a millisecond later with
/// all others that came since. No write blocks the loop: not where a pipe, a socket or a terminal
/// is read by nobody, nor to a slow file, which a helper thread writes. Of several, also on other
/// loops, the oldest writes. When it has ended what is buffered has been written, or a second has
/// passed. While it runs, a program that aborts writes what is buffered first.
///
///     weir::scope beside;
///     beside.spawn(weir::write_log());
task<> write_log();

}  // namespace weir
