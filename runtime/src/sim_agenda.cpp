// SPDX-License-Identifier: Apache-2.0
#include "sim_agenda.hpp"

#include <algorithm>

namespace weir::detail {

time_point sim_agenda::next() const noexcept {
  return entries_.empty() ? time_point::max() : entries_.begin()->first.when;
}

void sim_agenda::at(time_point when, std::function<void()> what) {
  entries_.emplace(place{std::max(when, now_), ++last_number_}, std::move(what));
}

void sim_agenda::advance(time_point moment) {
  now_ = std::max(now_, moment);
  // What is entered meanwhile waits for the next time: two that answer each other would never end.
  const std::uint64_t last = last_number_;
  for (auto entry = entries_.begin(); entry != entries_.end() && entry->first.when <= now_;) {
    if (entry->first.number > last) {
      ++entry;
      continue;
    }
    const std::function<void()> due = std::move(entry->second);
    entry = entries_.erase(entry);
    due();
  }
}

}  // namespace weir::detail
