// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>
#include <utility>

#include "weir/stream.hpp"
#include "weir/task.hpp"

namespace weir::detail {

template <class T>
inline constexpr bool is_stream = false;
template <class T>
inline constexpr bool is_stream<stream<T>> = true;

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

/// What stands to the right of `|`: the coroutine to run, and its arguments after the source.
template <class Body, class... Argument>
struct stream_operator {
  std::tuple<Argument...> arguments;

  template <class T>
  friend auto operator|(stream<T> source, stream_operator made) {
    return std::apply(
        [&](Argument&... argument) { return Body::run(std::move(source), std::move(argument)...); },
        made.arguments);
  }
};

template <class Body, class... Argument>
stream_operator<Body, Argument...> make_operator(Argument... argument) {
  return {std::tuple<Argument...>(std::move(argument)...)};
}

}  // namespace weir::detail
