// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/signals.hpp"
#include "weir/task.hpp"

namespace weir {

/// Lets every loop of the process print its tasks to standard error, as format_tasks() writes them.
///
/// Each does so on its own thread, when it comes to it: at once if it sleeps, later if a task holds
/// it, never if that task never lets go (tools/gdb shows such a one). From any thread.
void print_tasks();

/// Calls print_tasks() each time one of `signals` comes; ends when cancelled.
///
///     weir::signal_set look({SIGUSR1});  // In main, before any other thread: see signal_set.
///     children.spawn(weir::print_tasks_on(look));
task<> print_tasks_on(signal_set& signals);

}  // namespace weir
