// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "weir/detail/with_result.hpp"
#include "weir/loop.hpp"

namespace weir {

/// A channel whose every subscriber gets every value, between tasks of one loop.
///
/// A sender never waits: the channel keeps the last `capacity` values, and a subscriber that falls
/// further behind misses the oldest and is told how many. Who must not miss any takes a channel of
/// its own, which makes the sender wait. Subscribers get copies; for large values send a
/// std::shared_ptr. Must outlive its subscriptions (an assertion fails otherwise).
///
///     auto prices = market.subscribe();
///     while (const auto price = co_await prices.receive()) show(*price, prices.missed());
template <class T>
class broadcast_channel {
 public:
  class subscription;
  class receive_operation;

  /// Keeps at most `capacity` values, at least one, for those who are behind.
  explicit broadcast_channel(std::size_t capacity) : capacity_(capacity) {
    WEIR_ASSERT(capacity > 0);
  }
  ~broadcast_channel() { WEIR_ASSERT(subscribers_ == 0); }
  broadcast_channel(const broadcast_channel&) = delete;
  broadcast_channel& operator=(const broadcast_channel&) = delete;

  std::size_t capacity() const noexcept { return capacity_; }
  /// How many values are kept for a subscriber that has not received them.
  std::size_t size() const noexcept { return values_.size(); }
  std::size_t subscribers() const noexcept { return subscribers_; }
  bool is_closed() const noexcept { return closed_; }

  /// Subscribes to what is sent from here on.
  [[nodiscard]] subscription subscribe() noexcept { return subscription(*this); }
  /// Gives the value to every subscriber, waiting or behind; to how many that was. Throws `closed`
  /// after close().
  std::size_t send(T value);
  /// Refuses further values. Subscribers get what is left for them and then nothing.
  void close() noexcept;

 private:
  class hook : public detail::list_hook {};
  struct kept_value {
    T value;
    std::size_t readers;  ///< Who have still to receive it.
  };

  /// The number of the oldest kept value. Each value has a number; the next to be sent has `end_`.
  std::uint64_t first() const noexcept { return end_ - values_.size(); }
  void drop_read() noexcept {
    while (!values_.empty() && values_.front().readers == 0) values_.pop_front();
  }

  const std::size_t capacity_;
  std::deque<kept_value> values_;
  std::uint64_t end_ = 0;
  std::size_t subscribers_ = 0;
  bool closed_ = false;
  detail::intrusive_list<receive_operation, hook> waiting_;
};

/// One who gets every value. May be moved, and must not be destroyed, while it does not wait.
template <class T>
class broadcast_channel<T>::subscription {
 public:
  subscription(subscription&& other) noexcept
      : channel_(std::exchange(other.channel_, nullptr)),
        next_(other.next_),
        missed_(other.missed_) {
    WEIR_ASSERT(!other.waits_);
  }
  subscription& operator=(subscription&& other) noexcept {
    WEIR_ASSERT(!waits_ && !other.waits_);
    std::swap(channel_, other.channel_);
    std::swap(next_, other.next_);
    std::swap(missed_, other.missed_);
    return *this;
  }
  ~subscription() { leave(); }

  /// Suspends until there is a value that was not received yet, and gives the oldest that is left;
  /// nullopt once the channel is closed and nothing is left. One at a time. Throws when cancelled,
  /// and has then received nothing.
  [[nodiscard]] receive_operation receive() noexcept { return receive_operation(*this); }
  /// A value if one is there at once.
  std::optional<T> try_receive();
  /// How many values this subscriber has missed, of all that came before the one received last.
  std::uint64_t missed() const noexcept { return missed_; }

 private:
  friend class broadcast_channel;
  explicit subscription(broadcast_channel& source) noexcept
      : channel_(&source), next_(source.end_) {
    ++source.subscribers_;
  }
  void leave() noexcept;

  broadcast_channel* channel_;
  std::uint64_t next_;
  std::uint64_t missed_ = 0;
  bool waits_ = false;
};

/// The wait of subscription::receive().
template <class T>
class [[nodiscard]] broadcast_channel<T>::receive_operation final : public detail::suspension,
                                                                    private hook {
 public:
  static constexpr bool is_selectable = true;

  explicit receive_operation(subscription& receiver) noexcept : subscription_(&receiver) {}

  auto as_result() && { return detail::with_result<receive_operation>(std::move(*this)); }

  bool await_ready() {
    value_ = subscription_->try_receive();
    return done_ = value_.has_value() || subscription_->channel_->closed_;
  }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    WEIR_ASSERT(!subscription_->waits_);
    if (!this->park(waiting)) return false;
    subscription_->waits_ = true;
    subscription_->channel_->waiting_.push_back(*this);
    return true;
  }
  std::optional<T> await_resume() { return finish().value(); }

  /// The outcome of the completed wait.
  result<std::optional<T>> finish() {
    if (!done_) return error::cancelled();
    return std::move(value_);
  }

 private:
  friend class broadcast_channel;
  template <class, class>
  friend class detail::intrusive_list;
  void end_wait() noexcept {
    hook::unlink();
    subscription_->waits_ = false;
    this->wake();
  }
  void on_stop() noexcept override { end_wait(); }

  subscription* subscription_;
  std::optional<T> value_;
  bool done_ = false;
};

template <class T>
std::size_t broadcast_channel<T>::send(T value) {
  if (closed_) {
    throw error(errc::closed, disposition::permanent,
                "send on a broadcast channel that was closed");
  }
  // Whoever waits has received all before, so the value can be handed over.
  std::size_t given = 0;
  for (; !waiting_.empty(); ++given) {
    receive_operation& receiver = waiting_.front();
    if (subscribers_ - given == 1) {
      receiver.value_.emplace(std::move(value));
    } else {
      receiver.value_.emplace(value);
    }
    receiver.done_ = true;
    receiver.subscription_->next_ = end_ + 1;
    receiver.end_wait();
  }
  const std::size_t readers = subscribers_ - given;
  if (readers > 0) {
    if (values_.size() == capacity_) values_.pop_front();
    values_.push_back({std::move(value), readers});
  }
  ++end_;
  return subscribers_;
}

template <class T>
std::optional<T> broadcast_channel<T>::subscription::try_receive() {
  const std::uint64_t dropped = channel_->first() - std::min(next_, channel_->first());
  missed_ += dropped;
  next_ += dropped;
  std::optional<T> value;
  if (next_ == channel_->end_) return value;
  kept_value& kept = channel_->values_[static_cast<std::size_t>(next_ - channel_->first())];
  if (kept.readers == 1) {
    value.emplace(std::move(kept.value));
  } else {
    value.emplace(kept.value);
  }
  --kept.readers;
  ++next_;
  channel_->drop_read();
  return value;
}

template <class T>
void broadcast_channel<T>::subscription::leave() noexcept {
  if (channel_ == nullptr) return;
  WEIR_ASSERT(!waits_);
  const std::uint64_t first = channel_->first();
  for (std::uint64_t at = std::max(next_, first); at < channel_->end_; ++at) {
    --channel_->values_[static_cast<std::size_t>(at - first)].readers;
  }
  --channel_->subscribers_;
  channel_->drop_read();
}

template <class T>
void broadcast_channel<T>::close() noexcept {
  closed_ = true;
  while (!waiting_.empty()) {
    receive_operation& receiver = waiting_.front();
    receiver.done_ = true;
    receiver.end_wait();
  }
}

}  // namespace weir
