// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/clock.hpp"
#include "weir/event/bind.hpp"
#include "weir/event/json.hpp"
#include "weir/service/detail/published_event.hpp"
#include "weir/timestamp.hpp"

namespace weir {

class publications;

namespace detail {
/// By the clock of the loop.
timestamp time_after(duration delay);

struct event_origin;
struct event_rows;
event_rows make_rows(publications& events, event_origin from);
}  // namespace detail

/// The events that a handler publishes, kept until its work is committed.
///
/// A handler without a database asks for `publications&`: they are published when it has returned,
/// before its message is acknowledged. Where a stream refuses one of them for good (it is too large
/// for it, say), the others are published all the same; then the message has failed with that
/// refusal. What is confirmed is there once within its stream's duplicate window, however often the
/// message comes again. A handler with a database publishes through what it has of that.
class publications {
 public:
  static constexpr std::size_t count_max = 1024;  ///< Of one message's handling.
  static constexpr std::size_t batch_count_max = std::size_t{64} * 1024;  ///< Of a batch's.

  struct entry {
    std::string_view subject;  ///< Static: the binding's.
    std::string body;
    std::optional<timestamp> due = {};  ///< Not to be published before; none: at once.
  };

  /// `body_bytes_max` is the largest body that the server takes, `most` the number of events.
  explicit publications(std::size_t body_bytes_max, std::size_t most = count_max) noexcept
      : body_bytes_max_(body_bytes_max), most_(most) {}

  /// Adds an event. Throws `limit_exceeded` (permanent) where there are too many, or where it is
  /// too large for any stream, and what json::encode throws.
  template <class Event>
  void publish(const Event& event) {
    add(event, std::nullopt);
  }

  const std::vector<entry>& entries() const noexcept { return entries_; }
  void clear() noexcept { entries_.clear(); }

 private:
  friend class committed_events;
  friend detail::event_rows detail::make_rows(publications& events, detail::event_origin from);

  template <class Event>
  void add(const Event& event, std::optional<timestamp> due) {
    static_assert(bound_event<Event>,
                  "weir: what is published has no binding to a stream: specialise weir::bind for "
                  "it with weir::bound_to");
    if constexpr (bound_event<Event>) {
      (void)&detail::published<Event>::use;
      add({bind<Event>::subject, json::encode(event), due});
    }
  }
  /// Throws for an entry that must not be there.
  void add(entry one);

  std::size_t body_bytes_max_;
  std::size_t most_;
  std::vector<entry> entries_;
};

}  // namespace weir
