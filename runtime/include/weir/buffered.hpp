// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "weir/detail/crew.hpp"
#include "weir/scoped_stream.hpp"

namespace weir {
namespace detail {

/// What a task gives to a stream: its value, or monostate for none.
template <class T>
using task_outcome = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// Tasks that run at the same time, and a ring of seats for what they give.
///
/// A task takes its seat when it starts, or when it ends: that makes the order of the results. From
/// its start until its result is given it counts, and no more than the number of seats do.
template <class T>
class flight final : public crew {
 public:
  flight(scope& owner, stream<task<T>> source, std::size_t limit, bool in_order)
      : crew(owner), source_(std::move(source)), seats_(limit), in_order_(in_order) {
    WEIR_ASSERT(limit > 0);
  }
  void begin() { spawn(start_tasks()); }

  /// True when the next result is there.
  bool has_result() const noexcept { return seats_[first_].has_value(); }
  /// True when there is nothing more to come.
  bool is_over() const noexcept { return source_ended_ && counting_ == 0; }

  task_outcome<T> take_result() {
    task_outcome<T> value = std::move(*std::exchange(seats_[first_], std::nullopt));
    first_ = (first_ + 1) % seats_.size();
    --counting_;
    room_.ring();
    return value;
  }

 private:
  using seat = std::optional<task_outcome<T>>;

  /// Starts a task of the source whenever there is a seat.
  task<> start_tasks() {
    for (;;) {
      while (counting_ == seats_.size()) static_cast<void>(co_await room_.wait());
      pulled<task<T>> next = co_await pull(source_);
      if (next.failure) co_return fail(next.failure);
      if (!next) break;
      ++counting_;
      spawn(run_task(in_order_ ? &take_seat() : nullptr, std::move(*next.value)));
    }
    source_ended_ = true;
    news.ring();
  }

  task<> run_task(seat* reserved, task<T> work) {
    try {
      if constexpr (std::is_void_v<T>) {
        co_await std::move(work);
        (reserved != nullptr ? *reserved : take_seat()).emplace();
      } else {
        T value = co_await std::move(work);
        (reserved != nullptr ? *reserved : take_seat()).emplace(std::move(value));
      }
    } catch (...) {
      fail(std::current_exception());
    }
    news.ring();
  }

  seat& take_seat() noexcept { return seats_[seats_taken_++ % seats_.size()]; }

  stream<task<T>> source_;
  std::vector<seat> seats_;
  const bool in_order_;
  std::size_t seats_taken_ = 0;
  std::size_t first_ = 0;     // The seat of the next result.
  std::size_t counting_ = 0;  // Tasks at work, and results that were not given.
  bell room_;
  bool source_ended_ = false;
};

struct buffered_body {
  template <class T>
  static stream<task_outcome<T>> run(stream<task<T>> source, scope& owner, std::size_t limit,
                                     bool in_order) {
    const hired<flight<T>> crew(owner, std::move(source), limit, in_order);
    for (;;) {
      if (crew->has_result()) {
        co_yield crew->take_result();
      } else if (crew->is_over()) {
        co_return;
      } else if (!crew->at_work()) {
        crew->throw_reason();
      } else {
        const auto waited = co_await crew->news.wait().as_result();
        if (!waited.has_value()) co_yield failed(waited.error());
      }
    }
  }
};

}  // namespace detail

// For streams of tasks, `source | map(fetch)`: their results, with several tasks at work at a time.
//
// The tasks go on between two values, so the line needs a scope: see weir/scoped_stream.hpp. The
// first error, of a task or of the source, stops the other tasks; when they have ended it is thrown
// and the stream has ended. Results that had come before it, in the order of the stream, are given
// first. A task that ends as cancelled, though nobody asked it to, counts as an error. Where the
// tasks give nothing the results are of type std::monostate.

/// The results in the order of the source. At most `limit` tasks are at work or have a result that
/// was not given: the source is so many values ahead, and a slow task holds up those behind it.
///
///     co_await (urls | weir::map(fetch) | weir::buffered(8) | weir::for_each(store));
inline auto buffered(std::size_t limit) {
  return detail::make_scoped_operator<detail::buffered_body>(limit, true);
}

/// The results in the order in which the tasks end; else as buffered().
inline auto buffer_unordered(std::size_t limit) {
  return detail::make_scoped_operator<detail::buffered_body>(limit, false);
}

}  // namespace weir
