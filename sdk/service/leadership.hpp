// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "weir/nats/key_value.hpp"

namespace weir::detail {

/// Which one of several programs leads: who holds a key of a bucket whose values run out.
///
/// The leader writes its key again three times in each lease, and stops being one, by its own
/// clock, before the key has run out; then another one may come. A program that stands still for
/// longer than a lease, and goes on, may believe for a moment that it still leads.
class leadership {
 public:
  static constexpr duration lease = std::chrono::seconds(15);

  /// `name` is what is led.
  leadership(nats::jetstream over, std::string_view name);

  /// Suspends until this program leads. Throws what the bucket throws; may be called again.
  task<> acquire();
  /// Suspends for as long as it leads; then says why it does not.
  task<std::string> keep();
  /// Lets another one lead at once; the lease must run out where the bucket cannot be reached.
  task<> resign();

 private:
  task<> open();
  task<bool> try_acquire();
  task<> remove_own();

  nats::jetstream over_;
  std::string key_;
  std::string self_;  ///< Tells this program apart, also for people who look into the bucket.
  std::optional<nats::key_value> bucket_;
  std::optional<std::uint64_t> revision_;  ///< Of the key, while this program leads.
  bool may_be_ours_ = false;               ///< The key was asked for, and no answer came.
  time_point led_until_ = {};
};

}  // namespace weir::detail
