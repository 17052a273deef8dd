// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "weir/clock.hpp"

namespace weir {

/// Ids that were seen lately, in memory: tells what comes a second time.
///
/// Forgets an id some time after it came first, and the oldest ones where there would be too many;
/// everything, when the program ends. So it spares work that would be done twice, and proves
/// nothing: what must not be done twice needs a key in the database. For one loop.
///
///     weir::recent_ids seen(100'000, 2min);
///     if (!seen.add(message_id)) co_return;  // The same message again.
class recent_ids {
 public:
  /// Remembers at most `ids_max` ids, each for `kept` from when it came. An id takes its own length
  /// and some 150 bytes. Throws `invalid_argument` unless both are positive.
  recent_ids(std::size_t ids_max, duration kept);
  recent_ids(const recent_ids&) = delete;
  recent_ids& operator=(const recent_ids&) = delete;

  /// Remembers `id`; false where it is remembered already, which does not make its time longer.
  bool add(std::string_view id);
  bool contains(std::string_view id) const;
  /// Forgets `id`, as after a failure: what comes again is to be tried again.
  void forget(std::string_view id);

  /// Those that are remembered, and those whose time is over but which no add() has removed yet.
  std::size_t size() const noexcept { return by_age_.size(); }
  /// How many ids were forgotten before their time, for want of room.
  std::uint64_t crowded_out() const noexcept { return crowded_out_; }

 private:
  struct entry {
    std::string id;
    time_point until;
  };

  void drop_oldest();

  std::size_t ids_max_;
  duration kept_;
  std::list<entry> by_age_;  ///< The oldest first.
  std::unordered_map<std::string_view, std::list<entry>::iterator> by_id_;
  std::uint64_t crowded_out_ = 0;
};

}  // namespace weir
