// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "weir/service/detail/event_key.hpp"
#include "weir/timestamp.hpp"

namespace weir::detail {

/// What an event is a version of, and which; empty where nothing was said.
struct event_version {
  event_key key;
  std::int64_t (*number)(const void* event) = nullptr;
};

template <class T>
constexpr bool is_version = std::is_same_v<T, timestamp> || (std::integral<T> && sizeof(T) < 8) ||
                            std::is_same_v<T, std::int64_t>;

template <auto Key, auto Version>
event_version make_event_version() {
  using event = typename member_of<decltype(Key)>::event;
  using number_type = std::remove_cvref_t<decltype(std::declval<const event&>().*Version)>;
  static_assert(is_version<number_type>,
                "weir: a version is a number of at most 64 bits with a sign, or a timestamp");
  return {make_event_key<Key>(), [](const void* from) -> std::int64_t {
            const auto& value = static_cast<const event*>(from)->*Version;
            if constexpr (std::is_same_v<number_type, timestamp>) {
              return value.time_since_epoch().count();
            } else {
              return static_cast<std::int64_t>(value);
            }
          }};
}

}  // namespace weir::detail
