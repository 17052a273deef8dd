// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/clock.hpp"
#include "weir/detail/intrusive_list.hpp"

namespace weir::detail {

/// Something that wants to be told when the work it belongs to must stop.
class stop_listener : public list_hook {
 public:
  stop_listener() = default;
  stop_listener(stop_listener&&) = default;
  /// Called once, already unlinked. Must not run user code: it wakes or cancels, no more.
  virtual void on_stop() noexcept = 0;

 protected:
  ~stop_listener() = default;
};

/// The ambient cancellation of a task and of all that it awaits; a tree follows the awaits.
///
/// Stopping a context stops the contexts below it. A stop is final. The deadline is the earliest of
/// the context's own and its ancestors'. One loop, no locks.
class stop_context : private list_hook {
 public:
  stop_context() = default;
  /// A context below `parent` (which may be null, and must live longer), with a deadline of its
  /// own.
  explicit stop_context(stop_context* parent, time_point deadline = time_point::max()) noexcept;
  ~stop_context();

  bool stop_requested() const noexcept { return stopped_; }
  time_point deadline() const noexcept { return deadline_; }
  void request_stop() noexcept;

  /// Registers a listener; false, and nothing registered, when the stop has come already.
  bool add(stop_listener& listener) noexcept {
    if (stopped_) return false;
    listeners_.push_back(listener);
    return true;
  }

 private:
  template <class, class>
  friend class intrusive_list;

  intrusive_list<stop_context> children_;
  intrusive_list<stop_listener> listeners_;
  time_point deadline_ = time_point::max();
  bool stopped_ = false;
};

}  // namespace weir::detail
