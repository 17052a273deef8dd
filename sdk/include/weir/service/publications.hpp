// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/event/bind.hpp"
#include "weir/event/json.hpp"

namespace weir {

/// The events that a handler publishes, kept until its work is committed.
class publications {
 public:
  static constexpr std::size_t count_max = 1024;  ///< Of one message's handling.

  struct entry {
    std::string_view subject;  ///< Static: the binding's.
    std::string body;
  };

  /// Adds an event. Throws `limit_exceeded` past count_max, and what json::encode throws.
  template <bound_event Event>
  void add(const Event& event) {
    check_room();
    entries_.push_back({bind<Event>::subject, json::encode(event)});
  }

  const std::vector<entry>& entries() const noexcept { return entries_; }
  void clear() noexcept { entries_.clear(); }

 private:
  void check_room() const {
    if (entries_.size() < count_max) return;
    throw error(errc::limit_exceeded, disposition::permanent,
                "a handler publishes more than " + std::to_string(count_max) +
                    " events for one message; publish fewer, or split the message");
  }

  std::vector<entry> entries_;
};

}  // namespace weir
