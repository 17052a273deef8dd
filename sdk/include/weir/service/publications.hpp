// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/event/bind.hpp"
#include "weir/event/json.hpp"
#include "weir/service/detail/published_event.hpp"

namespace weir {

/// The events that a handler publishes, kept until its work is committed.
///
/// A handler without a database asks for `publications&`: they are published when it has returned,
/// before its message is acknowledged. One with a database publishes through what it has of that.
class publications {
 public:
  static constexpr std::size_t count_max = 1024;  ///< Of one message's handling.
  static constexpr std::size_t batch_count_max = std::size_t{64} * 1024;  ///< Of a batch's.

  struct entry {
    std::string_view subject;  ///< Static: the binding's.
    std::string body;
  };

  /// `body_bytes_max` is the largest body that the server takes, `most` the number of events.
  explicit publications(std::size_t body_bytes_max, std::size_t most = count_max) noexcept
      : body_bytes_max_(body_bytes_max), most_(most) {}

  /// Adds an event. Throws `limit_exceeded` (permanent) where there are too many, or where it is
  /// too large for any stream, and what json::encode throws.
  template <bound_event Event>
  void publish(const Event& event) {
    (void)&detail::published<Event>::use;
    entries_.push_back({bind<Event>::subject, json::encode(event)});
    check_last();
  }

  const std::vector<entry>& entries() const noexcept { return entries_; }
  void clear() noexcept { entries_.clear(); }

 private:
  /// Takes back an entry that must not be there, and throws.
  void check_last();

  std::size_t body_bytes_max_;
  std::size_t most_;
  std::vector<entry> entries_;
};

}  // namespace weir
