// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include "weir/detail/type_name.hpp"
#include "weir/service/raw.hpp"
#include "weir/uuid.hpp"

namespace weir::detail {

/// Which part of an event is its key; empty where it has none.
struct event_key {
  std::string_view event_type;
  std::string (*of)(const void* event) = nullptr;
};

template <class T>
std::string key_text(const T& value) {
  if constexpr (std::is_same_v<T, uuid>) {
    return value.to_string();
  } else if constexpr (std::is_enum_v<T>) {
    return std::to_string(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::integral<T>) {
    return std::to_string(value);
  } else {
    static_assert(std::convertible_to<const T&, std::string_view>,
                  "weir: a key is a number, an enum, a text or a uuid");
    return std::string(std::string_view(value));
  }
}

template <class Pointer>
struct member_of;
template <class Event, class Field>
struct member_of<Field Event::*> {
  using event = Event;
};

/// A field of an event: the bytes of one are none.
template <class Pointer>
inline constexpr bool is_field = std::is_member_object_pointer_v<Pointer>;
template <class Field, class Event>
inline constexpr bool is_field<Field raw<Event>::*> = false;

template <auto Field>
event_key make_event_key() {
  using pointer = decltype(Field);
  static_assert(is_field<pointer>,
                "weir: a key is a field of the event: ordered_by<&Event::field>()");
  if constexpr (is_field<pointer>) {
    using event = typename member_of<pointer>::event;
    return {type_name<event>(),
            [](const void* from) { return key_text(static_cast<const event*>(from)->*Field); }};
  }
}

}  // namespace weir::detail
