// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "weir/connections.hpp"
#include "weir/detail/permits.hpp"
#include "weir/scope.hpp"
#include "weir/semaphore.hpp"

namespace weir {

struct serve_options {
  /// So many connections are served at a time; the next wait in the backlog.
  std::size_t connections_max = 10'000;
  /// Is told of what serve() survives: that there are no descriptors left (see connections()), and
  /// of handlers that failed. Must not throw.
  std::function<void(const error&)> report = nullptr;
};

namespace detail {

template <class Connection, class Handler>
task<> serve_one(Handler& handler, Connection peer, semaphore& slots,
                 const std::function<void(const error&)>& report) {
  const permits slot(slots, 1);
  std::exception_ptr failure;
  try {
    auto handling = handler(std::move(peer));
    co_await std::move(handling);
  } catch (...) {
    failure = std::current_exception();
  }
  if (!failure || !report) co_return;
  const error told = to_error(failure);
  if (!told.is_cancelled()) report(told);
}

}  // namespace detail

/// Serves the connections that come to `listener`, each by a task `handler(connection)` of its own,
/// until it is cancelled.
///
/// A handler that fails ends its own connection and no other. When serve() is cancelled, or the
/// listener fails, the handlers are stopped and awaited. `handler` is kept until the end, so it may
/// be a lambda that captures, also one that is a coroutine.
///
///     co_await weir::serve(listener, echo);
template <class Listener, class Handler>
task<> serve(Listener& listener, Handler handler, serve_options options) {
  WEIR_ASSERT(options.connections_max > 0);
  semaphore slots(options.connections_max);
  co_await with_scope([&](scope& children) -> task<> {
    auto coming = connections(listener, options.report);
    for (;;) {
      co_await slots.acquire();
      std::optional<connection_of<Listener>> peer = co_await coming.next();
      children.spawn(detail::serve_one(handler, std::move(*peer), slots, options.report));
    }
  });
}

template <class Listener, class Handler>
task<> serve(Listener& listener, Handler handler) {
  return serve(listener, std::move(handler), serve_options());
}

}  // namespace weir
