// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>
#include <vector>

#include "weir/when_all.hpp"

namespace weir {
namespace detail {

/// A group that stops at the end of its first child, and remembers which it was.
class racing_group final : public borrowed_group {
 public:
  using borrowed_group::borrowed_group;
  const promise_base* winner() const noexcept { return winner_; }

 private:
  void child_ended(promise_base& ended, std::coroutine_handle<>) noexcept override {
    if (winner_ != nullptr) return;
    winner_ = &ended;
    request_stop();
  }

  const promise_base* winner_ = nullptr;
};

}  // namespace detail

/// Runs the tasks at the same time; the first to end decides, the others are cancelled and awaited.
///
/// The variant's index says which it was. Its error is thrown if it failed. A value that a loser
/// gives all the same is dropped: race what can be repeated, not two receives from channels; for
/// those see select().
template <class... T>
  requires(sizeof...(T) > 0)
task<std::variant<detail::tuple_value<T>...>> when_any(task<T>... work) {
  using outcome = std::variant<detail::tuple_value<T>...>;
  detail::racing_group group(co_await detail::current_stop{});
  const auto where = std::source_location::current();
  (group.start(work, where), ...);
  co_await group.ended();

  std::optional<outcome> chosen;
  [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    const auto take = [&]<std::size_t At>(std::in_place_index_t<At> place, auto& one) {
      if (&one.handle().promise() != group.winner()) return;
      detail::check_not_cancelled(one);
      chosen.emplace(place, detail::take_value(one));
    };
    (take(std::in_place_index<Index>, work), ...);
  }(std::index_sequence_for<T...>{});
  co_return std::move(*chosen);
}

/// Which of several tasks ended first, and what it gave.
template <class T>
struct first_of {
  std::size_t index;
  T value;
};

/// The same for any number of tasks of one type, at least one.
template <class T>
task<first_of<detail::tuple_value<T>>> when_any(std::vector<task<T>> work) {
  WEIR_ASSERT(!work.empty());
  detail::racing_group group(co_await detail::current_stop{});
  const auto where = std::source_location::current();
  for (auto& one : work) group.start(one, where);
  co_await group.ended();
  std::size_t index = 0;
  while (&work[index].handle().promise() != group.winner()) ++index;
  detail::check_not_cancelled(work[index]);
  co_return first_of<detail::tuple_value<T>>{index, detail::take_value(work[index])};
}

}  // namespace weir
