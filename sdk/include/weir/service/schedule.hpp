// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "weir/clock.hpp"
#include "weir/service/caller.hpp"
#include "weir/service/cron.hpp"
#include "weir/service/tx.hpp"

namespace weir {

/// One time of a schedule; a scheduled handler may ask for `const tick&`.
struct tick {
  std::string_view schedule;
  timestamp due;  ///< When it was to begin, which may be a while ago.
};

/// When a scheduled handler runs; a value, each setter returns it.
///
///     .scheduled<close_day>(weir::schedule("close-day").at(weir::cron("0 3 * * *")))
///
/// Each tick is handled once, by one of the programs that have the schedule: that it was, is
/// committed with what the handler changes and publishes. A tick that fails is tried again until
/// the next one is due. Of those that came while no program ran, the last one is made up for. The
/// time is that of the database.
class schedule {
 public:
  /// The name is what the programs share, and the database remembers.
  explicit schedule(std::string name) : name_(std::move(name)) {}

  /// Every so often, a second or more: at the whole multiples of the period since 1970.
  schedule& every(duration period);
  /// At these minutes, in UTC.
  schedule& at(cron times);
  /// How long one attempt may take.
  schedule& deadline(duration limit);

  const std::string& name() const noexcept { return name_; }
  duration deadline() const noexcept { return deadline_; }
  /// The first tick after the time. Throws `invalid_argument` where nothing was said.
  timestamp next(timestamp after) const;
  std::string describe() const;

 private:
  std::string name_;
  duration period_ = {};
  std::optional<cron> times_;
  duration deadline_ = std::chrono::minutes(1);
};

namespace detail {

/// A scheduled handler without its type.
struct scheduled_entry {
  schedule when;
  task<> (*run)(tx& in, const tick& now, caller& others);
};

template <class Function>
struct scheduled_signature {
  static constexpr bool is_valid = false;
};

template <class... Wanted>
struct scheduled_signature<task<> (*)(tx&, Wanted...)> {
  static constexpr bool is_valid =
      ((std::is_same_v<Wanted, const tick&> || std::is_same_v<Wanted, caller&>) && ...);

  template <class T>
  static T give([[maybe_unused]] const tick& now, [[maybe_unused]] caller& others) {
    if constexpr (std::is_same_v<T, caller&>) {
      return others;
    } else {
      return now;
    }
  }
  template <auto Handler>
  static task<> call(tx& in, const tick& now, caller& others) {
    return Handler(in, give<Wanted>(now, others)...);
  }
};

}  // namespace detail
}  // namespace weir
