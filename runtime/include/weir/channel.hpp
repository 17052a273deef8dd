// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "weir/detail/with_result.hpp"
#include "weir/loop.hpp"

namespace weir {

/// A bounded queue between tasks of one loop: a sender waits for room, a receiver for a value.
///
/// First in, first out, for values and for waiters. After close() sending fails, and receiving
/// gives what is left and then nothing. Must outlive its waiters.
template <class T>
class channel {
 public:
  class send_operation;
  class receive_operation;

  /// Holds at most `capacity` values; 0 hands each value over directly.
  explicit channel(std::size_t capacity) : capacity_(capacity) {}
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;

  std::size_t size() const noexcept { return values_.size(); }
  std::size_t capacity() const noexcept { return capacity_; }
  bool is_closed() const noexcept { return closed_; }

  /// Suspends until there is room. Throws `closed`, or when cancelled; the value is then not sent.
  [[nodiscard]] send_operation send(T value) { return {*this, std::move(value)}; }
  /// Sends if there is room at once; true when it did, else `value` is untouched.
  bool try_send(T& value);
  bool try_send(T&& value) { return try_send(value); }
  /// Suspends until a value is there; nullopt once the channel is closed and empty.
  [[nodiscard]] receive_operation receive() { return receive_operation(*this); }
  /// A value if one is there at once.
  std::optional<T> try_receive();
  /// Refuses further values. Waiting senders fail; waiting receivers get nothing.
  void close() noexcept;

 private:
  class send_hook : public detail::list_hook {};
  class receive_hook : public detail::list_hook {};

  void refill();

  std::size_t capacity_;
  std::deque<T> values_;
  detail::intrusive_list<send_operation, send_hook> senders_;
  detail::intrusive_list<receive_operation, receive_hook> receivers_;
  bool closed_ = false;
};

/// The wait of channel::send().
template <class T>
class [[nodiscard]] channel<T>::send_operation final : public detail::suspension,
                                                       private send_hook {
 public:
  static constexpr bool is_selectable = true;

  send_operation(channel& target, T value) : channel_(&target), value_(std::move(value)) {}

  auto as_result() && { return detail::with_result<send_operation>(std::move(*this)); }

  bool await_ready() {
    sent_ = channel_->try_send(value_);
    return sent_ || channel_->closed_;
  }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    if (!this->park(waiting)) return false;
    channel_->senders_.push_back(*this);
    return true;
  }
  void await_resume() const { finish().value(); }

  /// The outcome of the completed wait.
  result<void> finish() const {
    if (sent_) return {};
    if (!channel_->closed_) return error::cancelled();
    return error(errc::closed, disposition::permanent, "send on a channel that was closed");
  }

 private:
  friend class channel;
  template <class, class>
  friend class detail::intrusive_list;
  void on_stop() noexcept override {
    send_hook::unlink();
    this->wake();
  }

  channel* channel_;
  T value_;
  bool sent_ = false;
};

/// The wait of channel::receive().
template <class T>
class [[nodiscard]] channel<T>::receive_operation final : public detail::suspension,
                                                          private receive_hook {
 public:
  static constexpr bool is_selectable = true;

  explicit receive_operation(channel& source) : channel_(&source) {}

  auto as_result() && { return detail::with_result<receive_operation>(std::move(*this)); }

  bool await_ready() {
    value_ = channel_->try_receive();
    return done_ = value_.has_value() || channel_->closed_;
  }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    if (!this->park(waiting)) return false;
    channel_->receivers_.push_back(*this);
    return true;
  }
  std::optional<T> await_resume() { return finish().value(); }

  /// The outcome of the completed wait.
  result<std::optional<T>> finish() {
    if (!done_) return error::cancelled();
    return std::move(value_);
  }

 private:
  friend class channel;
  template <class, class>
  friend class detail::intrusive_list;
  void on_stop() noexcept override {
    receive_hook::unlink();
    this->wake();
  }

  channel* channel_;
  std::optional<T> value_;
  bool done_ = false;
};

template <class T>
bool channel<T>::try_send(T& value) {
  if (closed_) return false;
  if (!receivers_.empty()) {
    // A waiting receiver means that no value is queued: hand it over.
    receive_operation& receiver = receivers_.pop_front();
    receiver.value_.emplace(std::move(value));
    receiver.done_ = true;
    receiver.wake();
    return true;
  }
  if (values_.size() >= capacity_) return false;
  values_.push_back(std::move(value));
  return true;
}

template <class T>
std::optional<T> channel<T>::try_receive() {
  std::optional<T> value;
  if (!values_.empty()) {
    value.emplace(std::move(values_.front()));
    values_.pop_front();
    refill();
  } else if (!senders_.empty()) {
    send_operation& sender = senders_.pop_front();
    value.emplace(std::move(sender.value_));
    sender.sent_ = true;
    sender.wake();
  }
  return value;
}

template <class T>
void channel<T>::refill() {
  while (values_.size() < capacity_ && !senders_.empty()) {
    send_operation& sender = senders_.pop_front();
    values_.push_back(std::move(sender.value_));
    sender.sent_ = true;
    sender.wake();
  }
}

template <class T>
void channel<T>::close() noexcept {
  closed_ = true;
  while (!senders_.empty()) senders_.pop_front().wake();
  while (!receivers_.empty()) {
    receive_operation& receiver = receivers_.pop_front();
    receiver.done_ = true;
    receiver.wake();
  }
}

}  // namespace weir
