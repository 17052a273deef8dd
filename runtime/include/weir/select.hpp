// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <tuple>
#include <type_traits>
#include <variant>

#include "weir/detail/selection.hpp"
#include "weir/detail/with_result.hpp"
#include "weir/loop.hpp"

namespace weir {

/// An operation that may lose a select(): until it has won it takes, gives and changes nothing.
///
/// Send and receive of a channel, acquire of a semaphore and of the locks, the waits for event,
/// latch and barrier, sleep and poll are. What may have an effect and be too late is not: a read, a
/// blocking call, any task.
template <class Operation>
concept selectable = requires { requires Operation::is_selectable; };

namespace detail {

template <class Operation>
suspension& leaf_of(Operation& operation) noexcept {
  if constexpr (std::is_base_of_v<suspension, Operation>) {
    return operation;
  } else {
    return operation.leaf();
  }
}

template <class Operation>
using outcome_of = typename decltype(std::declval<Operation&>().finish())::value_type;

template <class Operation>
using selected_value = std::conditional_t<std::is_void_v<outcome_of<Operation>>, std::monostate,
                                          outcome_of<Operation>>;

}  // namespace detail

/// The wait of select().
template <class... Operations>
class [[nodiscard]] select_operation final : public detail::selection {
  static_assert((selectable<Operations> && ...),
                "select() takes operations that have no effect until they win: of channels, locks, "
                "events, sleep and poll; give tasks, reads and blocking calls to when_any()");

 public:
  using value = std::variant<detail::selected_value<Operations>...>;

  explicit select_operation(Operations... operations) : operations_(std::move(operations)...) {}

  auto as_result() && { return detail::with_result<select_operation>(std::move(*this)); }

  bool await_ready() {
    const std::size_t first = loop::current().random() % sizeof...(Operations);
    return try_from(first, indexes{});
  }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    if (!this->park(waiting)) return false;
    begin(arms_);
    add_all(waiting, indexes{});
    arm_all();
    return true;
  }
  value await_resume() { return finish().value(); }

  /// The outcome of the completed wait.
  result<value> finish() {
    if (winner() == none) return error::cancelled();
    return outcome(indexes{});
  }

 private:
  using indexes = std::index_sequence_for<Operations...>;

  /// Tries the operations one after the other, beginning with `first`, until one has its value.
  template <std::size_t... Index>
  bool try_from(std::size_t first, std::index_sequence<Index...>) {
    const auto won = [this](std::size_t index, auto& operation) {
      if (!operation.await_ready()) return false;
      set_winner(index);
      return true;
    };
    return ((Index >= first && won(Index, std::get<Index>(operations_))) || ...) ||
           ((Index < first && won(Index, std::get<Index>(operations_))) || ...);
  }

  template <class Promise, std::size_t... Index>
  void add_all(std::coroutine_handle<Promise> waiting, std::index_sequence<Index...>) {
    const auto add_one = [&](std::size_t index, auto& operation) {
      add(index, detail::leaf_of(operation));
      if (!operation.await_suspend(waiting)) added_is_done();
      return winner() == none;
    };
    static_cast<void>((add_one(Index, std::get<Index>(operations_)) && ...));
  }

  template <std::size_t... Index>
  result<value> outcome(std::index_sequence<Index...>) {
    std::optional<result<value>> chosen;
    const auto take = [&]<std::size_t At>(std::in_place_index_t<At> place, auto& operation) {
      if (At != winner()) return;
      auto ended = operation.finish();
      if (!ended.has_value()) {
        chosen.emplace(ended.error());
      } else if constexpr (std::is_void_v<typename decltype(ended)::value_type>) {
        chosen.emplace(value(place));
      } else {
        chosen.emplace(value(place, std::move(*ended)));
      }
    };
    (take(std::in_place_index<Index>, std::get<Index>(operations_)), ...);
    return std::move(*chosen);
  }

  std::tuple<Operations...> operations_;
  std::array<arm, sizeof...(Operations)> arms_{};
};

/// Waits for the first of several operations; the others are as if they had never been called.
///
/// A losing receive leaves its value in the channel, a losing send sends nothing, a losing acquire
/// takes no permit: however close the race, exactly one operation has its effect. (when_any() runs
/// whole tasks, and drops what a loser gives too late.)
///
/// The variant's index says which one won; an operation without a value gives monostate. Of several
/// that are ready at once a random one wins, so that none starves; after that the first to be
/// ready. Throws the error of the winner, or `cancelled`, with no effect at all, when cancelled
/// first.
///
///     const auto first = co_await weir::select(orders.receive(), stop.wait(), weir::sleep(1s));
///     if (first.index() == 0) handle(std::get<0>(first));  // a std::optional, as of receive()
template <class... Operations>
  requires(sizeof...(Operations) > 0)
select_operation<Operations...> select(Operations... operations) {
  return select_operation<Operations...>(std::move(operations)...);
}

}  // namespace weir
