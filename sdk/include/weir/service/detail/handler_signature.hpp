// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <type_traits>

#include "weir/service/detail/handler_entry.hpp"
#include "weir/service/raw.hpp"

namespace weir::detail {

/// The event whose binding says where the messages come from.
template <class Event>
struct source_of {
  static constexpr bool is_raw = false;
  using type = Event;
};
template <class Event>
struct source_of<raw<Event>> {
  static constexpr bool is_raw = true;
  using type = Event;
};

/// What a handler takes: one event, or a span of them.
template <class First>
struct handled_event {
  static constexpr bool is_batch = false;
  static constexpr bool by_value = !std::is_reference_v<First> && !std::is_pointer_v<First>;
  using type = std::remove_cvref_t<First>;
};
template <class Event>
struct handled_event<std::span<const Event>> {
  static constexpr bool is_batch = true;
  static constexpr bool by_value = true;
  using type = Event;
};

template <class T>
T give_dependency(const handler_resources& from) {
  if constexpr (std::is_same_v<T, tx&>) {
    return *from.transaction;
  } else if constexpr (std::is_same_v<T, unit&>) {
    return *from.unit;
  } else if constexpr (std::is_same_v<T, batch&>) {
    return *from.batch;
  } else if constexpr (std::is_same_v<T, publications&>) {
    return *from.events;
  } else if constexpr (std::is_same_v<T, caller&>) {
    return *from.others;
  } else {
    return *from.about;
  }
}

template <class Function>
struct handler_signature {
  static constexpr bool is_valid = false;
};

template <class First, class... Wanted>
struct handler_signature<task<> (*)(First, Wanted...)> {
  static constexpr bool is_valid = true;
  static constexpr bool is_batch = handled_event<First>::is_batch;
  static constexpr bool event_by_value = handled_event<First>::by_value;
  using event = typename handled_event<First>::type;

  template <class T>
  static constexpr bool is_dependency =
      std::is_same_v<T, tx&> || std::is_same_v<T, caller&> ||
      (is_batch ? std::is_same_v<T, batch&>
                : std::is_same_v<T, unit&> || std::is_same_v<T, const meta&> ||
                      std::is_same_v<T, publications&>);
  template <class T>
  static constexpr bool wants = (std::is_same_v<T, Wanted> || ...);

  static constexpr bool dependencies_known = (is_dependency<Wanted> && ...);
  static constexpr handler_kind kind =
      wants<tx&>     ? (is_batch ? handler_kind::batch : handler_kind::transaction)
      : wants<unit&> ? handler_kind::unit
                     : handler_kind::plain;
  static constexpr bool one_commit = !(wants<tx&> && wants<unit&>);
  static constexpr bool publishes_once = kind == handler_kind::plain || !wants<publications&>;

  template <auto Handler>
  static task<> call(First first, const handler_resources& from) {
    return Handler(std::move(first), give_dependency<Wanted>(from)...);
  }
};

}  // namespace weir::detail
