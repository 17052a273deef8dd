// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "weir/nats/jetstream.hpp"
#include "weir/task.hpp"
#include "weir/timestamp.hpp"

namespace weir {

/// A rate that all programs with the same name for it share: `permits` in each `per`, at a steady
/// pace.
struct shared_rate {
  std::string name;
  std::size_t permits;
  duration per;
};

/// Lets through what a shared rate allows, for one loop of one program.
///
///     weir::shared_rate_limit limit(jetstream, {"mail", 50, 1s});
///     co_await limit.acquire();
///     co_await send(mail);
///
/// The time from which the next permit may be used is kept in the key-value bucket `weir_rates`,
/// made where it is missing. A program takes from there as many permits as are waited for, those of
/// a tenth of a second at most: one change of the bucket, and one more for each program that
/// interferes. While the bucket cannot be reached nobody is let through. The clocks of the programs
/// should agree: one that is ahead makes the others wait for as long.
///
/// Must outlive its waiters; the connection must outlive it.
class shared_rate_limit {
 public:
  /// Throws `invalid_argument` unless permits and time are positive, and each permit has a
  /// microsecond.
  shared_rate_limit(nats::jetstream over, shared_rate rate);
  shared_rate_limit(shared_rate_limit&&) noexcept;
  ~shared_rate_limit();

  /// Suspends until there is a permit; first come, first served. Throws what the bucket throws,
  /// and then, as when it is cancelled, has taken no permit.
  task<> acquire();

 private:
  class state;
  std::unique_ptr<state> state_;
};

namespace detail {
/// Throws for a rate that cannot be.
void check(const shared_rate& rate);
}  // namespace detail

}  // namespace weir
