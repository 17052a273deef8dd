// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/service/publications.hpp"

namespace weir {

/// What a handler with a database publishes through: its events are stored in its commit, and sent
/// when that is done.
class committed_events {
 public:
  /// Publishes `event` once the handler's work is committed, if it is.
  template <class Event>
  void publish(const Event& event) {
    events_->publish(event);
  }
  /// Publishes `event` when that time has come, or some seconds later; at once where it has passed.
  /// Until then it waits in the database (the table `weir_delayed`), whose clock counts.
  template <class Event>
  void publish_at(timestamp due, const Event& event) {
    events_->add(event, due);
  }
  /// The same by a delay from now.
  template <class Event>
  void publish_after(duration delay, const Event& event) {
    events_->add(event, detail::time_after(delay));
  }

 protected:
  explicit committed_events(publications& events) noexcept : events_(&events) {}

 private:
  publications* events_;
};

}  // namespace weir
