// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "seed.hpp"
#include "watchdog.hpp"
#include "weir/loop.hpp"
#include "weir/sim_driver.hpp"

namespace weir::test {

/// The loop of the running case; the watchdog prints its tasks when the case hangs.
inline std::atomic<loop*> watched_loop{nullptr};

inline void print_tasks() {
  const loop* hung = watched_loop.load();
  if (hung == nullptr) return;
  std::fprintf(stderr, "the tasks of the loop:\n%s", hung->describe_tasks().c_str());
}

// Once, before any case: it takes a lock, which a forked child might find taken for ever.
inline const bool hook_is_set = (on_hang(print_tasks), true);

/// Runs `body()`, a task, on `home`. The closure is kept until the task has ended, so it may be a
/// coroutine that captures.
template <class Body>
auto run_on(loop& home, Body body) {
  struct watch {
    explicit watch(loop& started) { watched_loop = &started; }
    ~watch() { watched_loop = nullptr; }
  } watching(home);
  return home.run(body());
}

/// Whether WEIR_DRIVER is `sim`: a name that the tests know and programs refuse.
inline bool is_simulated() {
  const char* wanted = std::getenv("WEIR_DRIVER");
  return wanted != nullptr && std::string_view(wanted) == "sim";
}

/// A simulation without faults, in the order of a real driver.
inline std::unique_ptr<driver> make_virtual_driver(sim_order order = sim_order::fifo) {
  return std::make_unique<sim_driver>(sim_options{.seed = seed(), .order = order});
}

/// The same in virtual time: a sleep takes none, and moments are exact.
template <class Body>
auto run_virtually(Body body) {
  loop home(make_virtual_driver());
  return run_on(home, std::move(body));
}

/// The same on a loop of its own, with the driver that WEIR_DRIVER names. On a simulation the seed
/// decides in which order tasks go on, so a case must not count on one.
template <class Body>
auto run(Body body) {
  if (is_simulated()) {
    loop home(make_virtual_driver(sim_order::random));
    return run_on(home, std::move(body));
  }
  loop home;
  return run_on(home, std::move(body));
}

}  // namespace weir::test
