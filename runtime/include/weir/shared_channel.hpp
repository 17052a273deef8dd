// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>

#include "weir/detail/permit_queue.hpp"
#include "weir/detail/with_result.hpp"
#include "weir/loop.hpp"

namespace weir {

/// A bounded queue between tasks of any loops: a sender waits for room, a receiver for a value.
///
/// Like channel, first in, first out, for values and for waiters, but its functions may be called
/// from any thread, those that never suspend also where there is no loop. A loop is woken only when
/// one of its tasks waits here. Between tasks of one loop channel costs less. Must outlive its
/// waiters and every call; loops may come and go meanwhile.
///
///     weir::shared_channel<job> jobs(256);   // made before the loops, used by all of them
///     while (auto next = co_await jobs.receive()) co_await work_on(std::move(*next));
template <class T>
class shared_channel {
 public:
  class send_operation;
  class receive_operation;

  /// Holds at most `capacity` values, at least one.
  explicit shared_channel(std::size_t capacity) : capacity_(capacity), rooms_(capacity) {
    WEIR_ASSERT(capacity > 0);
  }
  shared_channel(const shared_channel&) = delete;
  shared_channel& operator=(const shared_channel&) = delete;

  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t size() const noexcept {
    const std::lock_guard lock(guard_);
    return values_.size();
  }
  bool is_closed() const noexcept {
    const std::lock_guard lock(guard_);
    return closed_;
  }

  /// Suspends until there is room. Throws `closed`, or when cancelled; the value is then not sent.
  [[nodiscard]] send_operation send(T value) { return {*this, std::move(value)}; }
  /// Sends if there is room at once; true when it did, else `value` is untouched.
  bool try_send(T& value);
  bool try_send(T&& value) { return try_send(value); }
  /// Suspends until a value is there; nullopt once the channel is closed and empty. Throws, with no
  /// value taken, when cancelled.
  [[nodiscard]] receive_operation receive() { return receive_operation(*this); }
  /// A value if one is there at once.
  std::optional<T> try_receive();
  /// Refuses further values. Waiting senders fail; receivers get what is left and then nothing.
  void close() noexcept;

 private:
  template <class Operation>
  class wait;

  // These need the lock. A value that is queued, and a place that is not, is a permit of one of the
  // two queues, free or promised to somebody who waits.
  bool put(T& value, detail::grant_list& granted);
  std::optional<T> take(detail::grant_list& granted);
  void push(T& value, detail::grant_list& granted);
  T pop(detail::grant_list& granted);
  bool is_over() const noexcept { return closed_ && values_.empty(); }

  mutable std::mutex guard_;
  const std::size_t capacity_;
  std::deque<T> values_;
  detail::permit_queue rooms_;      // Whose permits are free places; senders wait.
  detail::permit_queue queued_{0};  // Whose permits are values; receivers wait.
  bool closed_ = false;
};

/// What the waits of both sides have in common: one attempt, and if need be a place in the queue.
template <class T>
template <class Operation>
class shared_channel<T>::wait : public detail::permit_wait {
 public:
  static constexpr bool is_selectable = true;

  auto as_result() && { return detail::with_result<Operation>(static_cast<Operation&&>(*this)); }

  bool await_ready() {
    detail::grant_list granted;
    bool ended = false;
    {
      const std::lock_guard lock(channel_->guard_);
      ended = self().attempt(granted);
    }
    detail::deliver(granted);
    return ended;
  }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    detail::grant_list granted;
    {
      // The second attempt and the place in the queue under one lock: nothing comes between.
      const std::lock_guard lock(channel_->guard_);
      if (!self().attempt(granted)) {
        if (!this->park(waiting)) return false;
        self().queue().enqueue(*this);
        return true;
      }
    }
    detail::deliver(granted);
    return false;
  }

 protected:
  explicit wait(shared_channel& channel) noexcept : channel_(&channel) {}
  wait(wait&&) = default;
  ~wait() = default;

  shared_channel* channel_;

 private:
  Operation& self() noexcept { return static_cast<Operation&>(*this); }
  void on_answer(detail::grant_list& granted) noexcept final {
    {
      const std::lock_guard lock(channel_->guard_);
      self().use_answer(granted);
    }
    this->wake();
  }
  void on_stop() noexcept final { this->stop(channel_->guard_, self().queue()); }
};

/// The wait of shared_channel::send().
template <class T>
class [[nodiscard]] shared_channel<T>::send_operation final : public wait<send_operation> {
 public:
  send_operation(shared_channel& target, T value)
      : wait<send_operation>(target), value_(std::move(value)) {}

  void await_resume() const { finish().value(); }

  /// The outcome of the completed wait.
  result<void> finish() const {
    if (sent_) return {};
    if (!refused_) return error::cancelled();
    return error(errc::closed, disposition::permanent, "send on a shared channel that was closed");
  }

 private:
  friend class wait<send_operation>;
  using answer = detail::permit_wait::answer;

  detail::permit_queue& queue() noexcept { return this->channel_->rooms_; }
  bool attempt(detail::grant_list& granted) {
    refused_ = this->channel_->closed_;
    sent_ = !refused_ && this->channel_->put(value_, granted);
    return sent_ || refused_;
  }
  void use_answer(detail::grant_list& granted) {
    if (this->answered() == answer::given_back) return;
    refused_ = this->channel_->closed_;
    sent_ = !refused_;
    if (sent_) this->channel_->push(value_, granted);
  }

  T value_;
  bool sent_ = false;
  bool refused_ = false;
};

/// The wait of shared_channel::receive().
template <class T>
class [[nodiscard]] shared_channel<T>::receive_operation final : public wait<receive_operation> {
 public:
  explicit receive_operation(shared_channel& source) : wait<receive_operation>(source) {}

  std::optional<T> await_resume() { return finish().value(); }

  /// The outcome of the completed wait.
  result<std::optional<T>> finish() {
    if (!done_) return error::cancelled();
    return std::move(value_);
  }

 private:
  friend class wait<receive_operation>;
  using answer = detail::permit_wait::answer;

  detail::permit_queue& queue() noexcept { return this->channel_->queued_; }
  bool attempt(detail::grant_list& granted) {
    value_ = this->channel_->take(granted);
    return done_ = value_.has_value() || this->channel_->is_over();
  }
  void use_answer(detail::grant_list& granted) {
    if (this->answered() == answer::given_back) return;
    if (this->answered() == answer::granted) value_.emplace(this->channel_->pop(granted));
    done_ = true;
  }

  std::optional<T> value_;
  bool done_ = false;
};

template <class T>
bool shared_channel<T>::put(T& value, detail::grant_list& granted) {
  if (closed_ || !rooms_.try_take()) return false;
  push(value, granted);
  return true;
}

template <class T>
void shared_channel<T>::push(T& value, detail::grant_list& granted) {
  values_.push_back(std::move(value));
  queued_.add(granted);
}

template <class T>
std::optional<T> shared_channel<T>::take(detail::grant_list& granted) {
  if (!queued_.try_take()) return std::nullopt;
  return pop(granted);
}

template <class T>
T shared_channel<T>::pop(detail::grant_list& granted) {
  T value = std::move(values_.front());
  values_.pop_front();
  rooms_.add(granted);
  if (is_over()) queued_.refuse_all(granted);
  return value;
}

template <class T>
bool shared_channel<T>::try_send(T& value) {
  detail::grant_list granted;
  bool sent = false;
  {
    const std::lock_guard lock(guard_);
    sent = put(value, granted);
  }
  detail::deliver(granted);
  return sent;
}

template <class T>
std::optional<T> shared_channel<T>::try_receive() {
  detail::grant_list granted;
  std::optional<T> value;
  {
    const std::lock_guard lock(guard_);
    value = take(granted);
  }
  detail::deliver(granted);
  return value;
}

template <class T>
void shared_channel<T>::close() noexcept {
  detail::grant_list granted;
  {
    const std::lock_guard lock(guard_);
    closed_ = true;
    rooms_.refuse_all(granted);
    if (values_.empty()) queued_.refuse_all(granted);
  }
  detail::deliver(granted);
}

}  // namespace weir
