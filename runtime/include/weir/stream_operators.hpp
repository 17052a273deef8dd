// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <ranges>
#include <tuple>
#include <vector>

#include "weir/assert.hpp"
#include "weir/stream.hpp"
#include "weir/task.hpp"

namespace weir {
namespace detail {

template <class T>
inline constexpr bool is_stream = false;
template <class T>
inline constexpr bool is_stream<stream<T>> = true;

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

struct map_body {
  template <class T, class F>
  static auto run(stream<T> source, F change) -> stream<std::decay_t<std::invoke_result_t<F&, T>>> {
    while (std::optional<T> value = co_await source.next()) {
      co_yield std::invoke(change, std::move(*value));
    }
  }
};

struct filter_body {
  template <class T, class F>
  static stream<T> run(stream<T> source, F keep) {
    while (std::optional<T> value = co_await source.next()) {
      if (std::invoke(keep, std::as_const(*value))) co_yield std::move(*value);
    }
  }
};

struct take_body {
  template <class T>
  static stream<T> run(stream<T> source, std::size_t left) {
    for (; left > 0; --left) {
      std::optional<T> value = co_await source.next();
      if (!value) co_return;
      co_yield std::move(*value);
    }
  }
};

struct take_while_body {
  template <class T, class F>
  static stream<T> run(stream<T> source, F go_on) {
    while (std::optional<T> value = co_await source.next()) {
      if (!std::invoke(go_on, std::as_const(*value))) co_return;
      co_yield std::move(*value);
    }
  }
};

struct chunks_body {
  template <class T>
  static stream<std::vector<T>> run(stream<T> source, std::size_t size) {
    WEIR_ASSERT(size > 0);
    std::vector<T> chunk;
    while (std::optional<T> value = co_await source.next()) {
      chunk.push_back(std::move(*value));
      if (chunk.size() == size) co_yield std::exchange(chunk, {});
    }
    if (!chunk.empty()) co_yield std::move(chunk);
  }
};

struct flatten_body {
  template <class T>
  static stream<T> run(stream<stream<T>> source) {
    while (std::optional<stream<T>> inner = co_await source.next()) {
      while (std::optional<T> value = co_await inner->next()) co_yield std::move(*value);
    }
  }
  template <std::ranges::input_range Range>
    requires(!is_stream<Range>)
  static stream<std::ranges::range_value_t<Range>> run(stream<Range> source) {
    while (std::optional<Range> values = co_await source.next()) {
      for (auto& value : *values) co_yield std::move(value);
    }
  }
};

struct collect_body {
  template <class T>
  static task<std::vector<T>> run(stream<T> source) {
    std::vector<T> values;
    while (std::optional<T> value = co_await source.next()) values.push_back(std::move(*value));
    co_return values;
  }
};

struct for_each_body {
  template <class T, class F>
  static task<> run(stream<T> source, F use) {
    while (std::optional<T> value = co_await source.next()) {
      if constexpr (is_task<std::invoke_result_t<F&, T>>) {
        co_await std::invoke(use, std::move(*value));
      } else {
        std::invoke(use, std::move(*value));
      }
    }
  }
};

/// What stands to the right of `|`: the coroutine to run and its arguments.
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

}  // namespace detail

// The operators pull: each asks the stream to its left for a value when it is asked for one itself,
// and holds at most one (chunks: one chunk). Functions given to them are kept in the stream.

/// `change(value)` for each value.
template <class F>
auto map(F change) {
  return detail::make_operator<detail::map_body>(std::move(change));
}

/// The values for which `keep(value)` is true.
template <class F>
auto filter(F keep) {
  return detail::make_operator<detail::filter_body>(std::move(keep));
}

/// The first `count` values; it never asks for one more.
inline auto take(std::size_t count) { return detail::make_operator<detail::take_body>(count); }

/// The values before the first for which `go_on(value)` is false; that one is dropped.
template <class F>
auto take_while(F go_on) {
  return detail::make_operator<detail::take_while_body>(std::move(go_on));
}

/// Vectors of `size` values, the last one shorter. It waits until a chunk is full or the source
/// ends; the values of a chunk that is not full are dropped when the source fails.
inline auto chunks(std::size_t size) { return detail::make_operator<detail::chunks_body>(size); }

/// The values of each inner stream, or container, one after the other.
inline auto flatten() { return detail::make_operator<detail::flatten_body>(); }

/// A task that gives all values in a vector. The source bounds it: say take(n) before it where that
/// has no end.
inline auto collect() { return detail::make_operator<detail::collect_body>(); }

/// A task that calls `use(value)` for each value; where that gives a task, it is awaited before the
/// next value is asked for.
template <class F>
auto for_each(F use) {
  return detail::make_operator<detail::for_each_body>(std::move(use));
}

}  // namespace weir
