// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <functional>
#include <ranges>
#include <vector>

#include "weir/assert.hpp"
#include "weir/detail/stream_operator.hpp"

namespace weir {
namespace detail {

struct map_body {
  template <class T, class F>
  static auto run(stream<T> source, F change) -> stream<std::decay_t<std::invoke_result_t<F&, T>>> {
    while (pulled<T> next = co_await pull(source)) {
      if (next.failure) {
        co_yield failed(next.failure);
      } else {
        co_yield std::invoke(change, std::move(*next.value));
      }
    }
  }
};

struct filter_body {
  template <class T, class F>
  static stream<T> run(stream<T> source, F keep) {
    while (pulled<T> next = co_await pull(source)) {
      if (next.failure) {
        co_yield failed(next.failure);
      } else if (std::invoke(keep, std::as_const(*next.value))) {
        co_yield std::move(*next.value);
      }
    }
  }
};

struct scan_body {
  template <class T, class State, class F>
  static stream<State> run(stream<T> source, State state, F combine) {
    while (pulled<T> next = co_await pull(source)) {
      if (next.failure) {
        co_yield failed(next.failure);
      } else {
        state = std::invoke(combine, std::move(state), std::move(*next.value));
        co_yield state;
      }
    }
  }
};

struct take_body {
  template <class T>
  static stream<T> run(stream<T> source, std::size_t left) {
    while (left > 0) {
      pulled<T> next = co_await pull(source);
      if (!next) co_return;
      if (next.failure) {
        co_yield failed(next.failure);
      } else {
        --left;
        co_yield std::move(*next.value);
      }
    }
  }
};

struct take_while_body {
  template <class T, class F>
  static stream<T> run(stream<T> source, F go_on) {
    while (pulled<T> next = co_await pull(source)) {
      if (next.failure) {
        co_yield failed(next.failure);
      } else {
        if (!std::invoke(go_on, std::as_const(*next.value))) co_return;
        co_yield std::move(*next.value);
      }
    }
  }
};

/// How many places a chunk has from the start; one that is larger grows.
inline constexpr std::size_t chunk_places_max = 256;

struct chunks_body {
  template <class T>
  static stream<std::vector<T>> run(stream<T> source, std::size_t size) {
    WEIR_ASSERT(size > 0);
    std::vector<T> chunk;
    while (pulled<T> next = co_await pull(source)) {
      if (next.failure) {
        if (!chunk.empty() && !is_cancellation(next.failure)) co_yield std::exchange(chunk, {});
        co_yield failed(next.failure);
      } else {
        if (chunk.empty()) chunk.reserve(std::min(size, chunk_places_max));
        chunk.push_back(std::move(*next.value));
        if (chunk.size() == size) co_yield std::exchange(chunk, {});
      }
    }
    if (!chunk.empty()) co_yield std::move(chunk);
  }
};

struct flatten_body {
  template <class T>
  static stream<T> run(stream<stream<T>> source) {
    while (pulled<stream<T>> outer = co_await pull(source)) {
      if (outer.failure) {
        co_yield failed(outer.failure);
        continue;
      }
      while (pulled<T> next = co_await pull(*outer.value)) {
        if (next.failure) {
          co_yield failed(next.failure);
        } else {
          co_yield std::move(*next.value);
        }
      }
    }
  }
  template <std::ranges::input_range Range>
    requires(!is_stream<Range>)
  static stream<std::ranges::range_value_t<Range>> run(stream<Range> source) {
    while (pulled<Range> next = co_await pull(source)) {
      if (next.failure) {
        co_yield failed(next.failure);
      } else {
        for (auto& value : *next.value) co_yield std::move(value);
      }
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

}  // namespace detail

// The operators pull: each asks the stream to its left for a value when it is asked for one itself,
// and holds at most one (chunks: one chunk). Functions given to them are kept in the stream; one
// that throws ends it. A failure of the source is passed on, in its place among the values; whether
// the stream can be asked again after it is the source's to say.

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

/// A state after each value, beginning with `combine(initial, first value)`; a copy is given.
template <class State, class F>
auto scan(State initial, F combine) {
  return detail::make_operator<detail::scan_body>(std::move(initial), std::move(combine));
}

/// The first `count` values; it never asks for one more.
inline auto take(std::size_t count) { return detail::make_operator<detail::take_body>(count); }

/// The values before the first for which `go_on(value)` is false; that one is dropped.
template <class F>
auto take_while(F go_on) {
  return detail::make_operator<detail::take_while_body>(std::move(go_on));
}

/// Vectors of `size` values; shorter before an end and before a failure. It waits until a chunk is
/// full: see weir/timed_operators.hpp for one that gives what it has after a while.
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
