// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "weir/detail/puller.hpp"
#include "weir/rate_limiter.hpp"
#include "weir/scoped_stream.hpp"
#include "weir/stream_operators.hpp"

namespace weir {
namespace detail {

struct throttle_body {
  template <class T>
  static stream<T> run(stream<T> source, std::shared_ptr<rate_limiter> limit) {
    while (pulled<T> next = co_await pull(source)) {
      while (next.value.has_value()) {
        result<void> permit;
        if (!limit->try_acquire()) permit = co_await limit->acquire().as_result();
        if (permit.has_value()) {
          co_yield std::move(*std::exchange(next.value, std::nullopt));
        } else {
          co_yield failed(permit.error());
        }
      }
      if (next.failure) co_yield failed(next.failure);
    }
  }
};

struct timeout_body {
  template <class T>
  static stream<T> run(stream<T> from, scope& owner, duration limit) {
    const hired<pulling<T>> crew(owner, std::move(from));
    auto& source = crew->source;
    for (;;) {
      source.ask();
      const time_point until = saturating_add(loop::current().now(), limit);
      result<bool> waited(true);
      if (!source.answered() && crew->at_work()) {
        waited = co_await crew->news.wait(until).as_result();
      }
      if (source.answered()) {
        pulled<T> next = source.take();
        if (!next) co_return;
        if (next.failure) {
          co_yield failed(next.failure);
        } else {
          co_yield std::move(*next.value);
        }
      } else if (!waited.has_value()) {
        co_yield failed(waited.error());
      } else if (!*waited) {
        co_yield failed(error(errc::deadline_exceeded, disposition::retry,
                              "the source of a stream gave nothing within its timeout; it is at it "
                              "still and can be asked again"));
      } else {
        crew->throw_reason();
      }
    }
  }
};

struct chunks_within_body {
  template <class T>
  static stream<std::vector<T>> run(stream<T> from, scope& owner, std::size_t size,
                                    duration within) {
    WEIR_ASSERT(size > 0);
    const hired<pulling<T>> crew(owner, std::move(from));
    auto& source = crew->source;
    std::vector<T> chunk;
    time_point due{};  // Of a chunk that is not empty.
    for (;;) {
      source.ask();
      const time_point until = chunk.empty() ? time_point::max() : due;
      result<bool> waited(true);
      if (!source.answered() && crew->at_work()) {
        waited = co_await crew->news.wait(until).as_result();
      }
      if (source.answered()) {
        pulled<T> next = source.take();
        if (next.value.has_value()) {
          if (chunk.empty()) {
            due = saturating_add(loop::current().now(), within);
            chunk.reserve(std::min(size, chunk_places_max));
          }
          chunk.push_back(std::move(*next.value));
          if (chunk.size() < size) continue;
        }
        if (!chunk.empty()) co_yield std::exchange(chunk, {});
        if (!next) co_return;
        if (next.failure) co_yield failed(next.failure);
      } else if (!waited.has_value()) {
        co_yield failed(waited.error());
      } else if (!chunk.empty()) {
        co_yield std::exchange(chunk, {});  // It is late, or nothing more comes.
      } else {
        crew->throw_reason();
      }
    }
  }
};

}  // namespace detail

// What a line does by the clock. Between two values of timeout() or chunks(n, within) their source
// may be at work, so these two need a scope: see weir/scoped_stream.hpp.

/// At most one value in each `interval`: what comes sooner waits. Meanwhile the source is not
/// asked, so it is one value ahead.
inline auto throttle(duration interval) {
  return detail::make_operator<detail::throttle_body>(
      std::make_shared<rate_limiter>(1, interval, 1));
}

/// A token of `limit` for each value; several lines may share it. It must outlive the stream.
///
///     weir::rate_limiter calls(100, 1s, 10);
///     requests | weir::throttle(calls)
inline auto throttle(rate_limiter& limit) {
  return detail::make_operator<detail::throttle_body>(
      std::shared_ptr<rate_limiter>(std::shared_ptr<void>(), &limit));
}

/// A next() that takes longer than `limit` throws `deadline_exceeded` (retry).
///
/// The source is not cancelled by that: the value that it is at is given by the next next(), which
/// waits for `limit` again. After a timeout it is one value ahead, else none.
inline auto timeout(duration limit) {
  return detail::make_scoped_operator<detail::timeout_body>(limit);
}

/// Vectors of `size` values, or of those that came `within` the time after a chunk's first; shorter
/// too before an end and before a failure. Never empty.
///
/// Values are gathered while next() is awaited only. The source is one value ahead after a chunk
/// that was given for its time, else none.
inline auto chunks(std::size_t size, duration within) {
  return detail::make_scoped_operator<detail::chunks_within_body>(size, within);
}

}  // namespace weir
