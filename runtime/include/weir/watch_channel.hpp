// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "weir/detail/with_result.hpp"
#include "weir/loop.hpp"

namespace weir {

/// One value that changes, and tasks of one loop that wait for its next change.
///
/// For what only the latest state of matters: settings, the address of a leader, a level. A watcher
/// that is slow sees the last of several changes and not those before. Must outlive its watchers.
///
///     weir::watch_channel<int> level(1);
///     auto watcher = level.watch();
///     while (const auto now = co_await watcher.changed()) adapt(*now);
template <class T>
class watch_channel {
 public:
  class watcher;
  class change_operation;

  explicit watch_channel(T initial) : value_(std::move(initial)) {}
  watch_channel(const watch_channel&) = delete;
  watch_channel& operator=(const watch_channel&) = delete;

  /// The present value; the reference is good until the next await.
  const T& value() const noexcept { return value_; }
  bool is_closed() const noexcept { return closed_; }

  /// Sets the value, also to an equal one, and wakes all that wait, in the order they came. Throws
  /// `closed` after close().
  void set(T value) {
    if (closed_) {
      throw error(errc::closed, disposition::permanent, "set on a watch channel that was closed");
    }
    value_ = std::move(value);
    ++version_;
    wake_all();
  }
  /// No change will come any more; watchers see the last one and then the end.
  void close() noexcept {
    closed_ = true;
    wake_all();
  }

  /// Begins to watch; the present value counts as seen.
  [[nodiscard]] watcher watch() noexcept { return watcher(*this); }

 private:
  class hook : public detail::list_hook {};

  void wake_all() noexcept {
    while (!waiting_.empty()) waiting_.pop_front().wake();
  }

  T value_;
  std::uint64_t version_ = 0;
  bool closed_ = false;
  detail::intrusive_list<change_operation, hook> waiting_;
};

/// One who watches. May be moved while it does not wait.
template <class T>
class watch_channel<T>::watcher {
 public:
  /// Suspends until the value is another one than this watcher has seen, and gives a copy of it as
  /// it is then; nullopt once the channel is closed and its last change was seen. Throws when
  /// cancelled, and has then seen nothing.
  [[nodiscard]] change_operation changed() noexcept { return change_operation(*this); }

 private:
  friend class watch_channel;
  explicit watcher(watch_channel& watched) noexcept : channel_(&watched), seen_(watched.version_) {}

  watch_channel* channel_;
  std::uint64_t seen_;
};

/// The wait of watcher::changed().
template <class T>
class [[nodiscard]] watch_channel<T>::change_operation final : public detail::suspension,
                                                               private hook {
 public:
  static constexpr bool is_selectable = true;

  explicit change_operation(watcher& waiting) noexcept : watcher_(&waiting) {}

  auto as_result() && { return detail::with_result<change_operation>(std::move(*this)); }

  bool await_ready() const noexcept { return is_news() || watcher_->channel_->closed_; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    if (!this->park(waiting)) return false;
    watcher_->channel_->waiting_.push_back(*this);
    return true;
  }
  std::optional<T> await_resume() { return finish().value(); }

  /// The outcome of the completed wait.
  result<std::optional<T>> finish() {
    const watch_channel& source = *watcher_->channel_;
    if (is_news()) {
      std::optional<T> latest(source.value_);
      watcher_->seen_ = source.version_;
      return latest;
    }
    if (source.closed_) return std::optional<T>();
    return error::cancelled();
  }

 private:
  friend class watch_channel;
  template <class, class>
  friend class detail::intrusive_list;
  bool is_news() const noexcept { return watcher_->seen_ != watcher_->channel_->version_; }
  void on_stop() noexcept override {
    hook::unlink();
    this->wake();
  }

  watcher* watcher_;
};

}  // namespace weir
