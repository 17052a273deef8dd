// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace weir::test {

/// What to print about a program that hangs, for example its task tree. Called at most once, in the
/// watchdog's own thread, while the hung threads are where they are: read only, take no locks.
using hang_hook = void (*)();

/// Sets what the watchdog calls before it aborts the process; null calls nothing.
void on_hang(hang_hook hook);

/// Gives the test case that runs now `limit` from here, in place of the default. For cases that
/// start servers again and again. Multiplied under sanitizers like the default.
void allow(std::chrono::seconds limit);

/// The wall-clock limit of one test case: WEIR_TEST_TIMEOUT in seconds, else the default;
/// multiplied under sanitizers. No test asserts on time: this only ends what will never end.
std::chrono::seconds case_limit();

/// Starts the thread that aborts the process when one test case outlives its limit, with a
/// message that names the case. It runs until the process ends.
void start_watchdog();

/// Tells the watchdog that a case begins (`location` is "file:line") and that it ended.
void watch(const char* suite, const char* name, const char* location);
void unwatch();

}  // namespace weir::test
