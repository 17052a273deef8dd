// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "weir/clock.hpp"

namespace weir::nats::detail::model {

/// The message ids that a stream has seen lately.
class duplicate_window {
 public:
  /// The sequence of the message with this id, if it came less than `window` ago.
  std::optional<std::uint64_t> find(const std::string& id, time_point now, duration window) {
    while (!ages_.empty() && now - ages_.front().since >= window) {
      ids_.erase(ages_.front().id);
      ages_.pop_front();
    }
    const auto found = ids_.find(id);
    if (found == ids_.end()) return std::nullopt;
    return found->second;
  }

  void add(const std::string& id, std::uint64_t sequence, time_point now) {
    ids_[id] = sequence;
    ages_.push_back({id, now});
  }

  /// Keeps only ids for which `is_stored(sequence)`: what a server finds when it starts again.
  template <class Predicate>
  void keep_if(Predicate is_stored) {
    std::erase_if(ids_, [&](const auto& one) { return !is_stored(one.second); });
    std::erase_if(ages_, [&](const seen& one) { return !ids_.contains(one.id); });
  }

 private:
  struct seen {
    std::string id;
    time_point since;
  };

  std::map<std::string, std::uint64_t> ids_;
  std::deque<seen> ages_;  // oldest first
};

}  // namespace weir::nats::detail::model
