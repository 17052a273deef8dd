// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "weir/detail/await_value.hpp"
#include "weir/loop.hpp"
#include "weir/sleep.hpp"
#include "weir/stream.hpp"

namespace weir {

/// How long connections() leaves the listener alone when no connection can be accepted for want of
/// descriptors or memory: the first time, and after doublings at most.
constexpr duration accept_pause_first = std::chrono::milliseconds(10);
constexpr duration accept_pause_max = std::chrono::seconds(1);

/// When no accept has failed for want of anything for so long, the next one that does is told.
constexpr duration exhaustion_over_after = std::chrono::seconds(10);

/// What a listener accepts: tcp_stream, unix_stream.
template <class Listener>
using connection_of = detail::await_value<decltype(std::declval<Listener&>().accept())>;

namespace detail {

/// What a failed accept tells about the next one.
enum class accept_failure : unsigned char {
  of_connection,  ///< This one is lost (the peer gave up); the next may be well.
  of_means,       ///< There are no descriptors or no memory now.
  of_listener,    ///< There will be no next one.
};

accept_failure classify_accept(const error& failure) noexcept;

}  // namespace detail

/// The connections that come to a tcp_listener or a unix_listener, one by one and without an end.
///
/// Where this process or the system has no descriptors or no memory left, it does not spin: it
/// pauses (`accept_pause_first`, doubled up to `accept_pause_max`), while connections wait in the
/// backlog, and goes on by itself. The first such failure is given to `report`, if there is one,
/// and no more until it has been well for `exhaustion_over_after`. A connection whose peer gave up
/// before it was accepted is passed over. All else ends the stream with its error.
///
/// `listener` must outlive the stream. A next() that is cancelled loses no connection.
///
///     auto coming = weir::connections(listener);
///     while (auto peer = co_await coming.next()) children.spawn(echo(std::move(*peer)));
template <class Listener>
stream<connection_of<Listener>> connections(Listener& listener,
                                            std::function<void(const error&)> report = nullptr) {
  duration pause = accept_pause_first;
  time_point well_again = time_point::min();
  for (;;) {
    auto accepting = listener.accept();
    auto accepted = co_await std::move(accepting).as_result();
    if (accepted.has_value()) {
      pause = accept_pause_first;
      co_yield std::move(*accepted);
      continue;
    }
    const error& failure = accepted.error();
    const detail::accept_failure kind = detail::classify_accept(failure);
    if (kind == detail::accept_failure::of_listener) throw failure;
    if (kind == detail::accept_failure::of_connection) continue;
    const time_point now = loop::current().now();
    if (report && now >= well_again) report(failure);
    well_again = now + pause + exhaustion_over_after;
    co_await sleep(pause);
    pause = std::min(2 * pause, accept_pause_max);
  }
}

}  // namespace weir
