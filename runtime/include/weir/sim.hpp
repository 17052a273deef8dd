// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include "weir/loop.hpp"
#include "weir/sim_driver.hpp"

namespace weir {
namespace detail {

/// Throws the same failure with the seed in its text; `given`: the caller chose the seed.
[[noreturn]] void throw_with_seed(const std::exception_ptr& failure, std::uint64_t seed,
                                  bool given);

/// The first of the seeds that explore() runs, and how many.
struct sim_seeds {
  std::uint64_t first;
  std::uint64_t count;
};
sim_seeds seeds_to_explore(std::uint64_t runs, const sim_options& options);

template <class Body>
auto call_with_driver(Body& body, sim_driver& driver) {
  if constexpr (std::is_invocable_v<Body&, sim_driver&>) {
    return body(driver);
  } else {
    return body();
  }
}

template <class Body>
auto simulate_reporting(const sim_options& options, Body& body, bool given) {
  auto made = std::make_unique<sim_driver>(options);
  sim_driver& driver = *made;
  loop home(std::move(made));
  try {
    return home.run(call_with_driver(body, driver));
  } catch (...) {
    throw_with_seed(std::current_exception(), driver.seed(), given);
  }
}

}  // namespace detail

/// Runs the task `body()` or `body(sim_driver&)` as a simulation; gives its value.
///
/// When it throws, the text of the error names the seed, with which the same happens again: by
/// WEIR_SEED, where the options give none. (An exception that is no std::exception is thrown as it
/// is, and the seed printed to standard error.) `body` is kept until the end, so a lambda that is a
/// coroutine may capture. The thread has no other loop.
///
///     weir::simulate({.order = weir::sim_order::fifo}, [](weir::sim_driver& sim) -> weir::task<> {
///       const auto before = sim.now();
///       co_await weir::sleep(1h);
///       assert(sim.now() - before == 1h);
///     });
template <class Body>
auto simulate(const sim_options& options, Body body) {
  return detail::simulate_reporting(options, body, options.seed.has_value());
}

/// Simulates `body` with `runs` seeds, one after the other from the one of the options; throws the
/// first failure, with its seed in the text. With WEIR_SEED set it runs that seed alone.
template <class Body>
void explore(std::uint64_t runs, const sim_options& options, Body body) {
  const detail::sim_seeds seeds = detail::seeds_to_explore(runs, options);
  for (std::uint64_t index = 0; index < seeds.count; ++index) {
    sim_options one = options;
    one.seed = seeds.first + index;
    detail::simulate_reporting(one, body, false);
  }
}

}  // namespace weir
