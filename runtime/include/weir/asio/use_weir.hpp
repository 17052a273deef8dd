// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/async_result.hpp>

#include "weir/asio/detail/wait.hpp"

namespace weir {

/// The completion token that makes any operation of Asio's an awaitable of weir's.
///
/// The operation is initiated when it is awaited. What it completes with is the value of the await:
/// nothing, a value, or a tuple of values. An error code (or exception_ptr) as the first of them is
/// taken off and thrown, if it is one: see from_asio(). `.as_result()` gives a result instead.
///
/// When the task is cancelled, it is passed on through the operation's cancellation slot, and the
/// task goes on when the operation has completed. One that does not support cancellation runs on to
/// its end; one that was quicker keeps its value. An operation that is given up uncompleted, since
/// its context was destroyed, throws `closed`.
///
/// Composed operations run their steps on the task's loop, wherever their I/O object belongs to, so
/// that the loop does what a strand would do.
///
///     co_await timer.async_wait(weir::use_weir);
///     const std::size_t count = co_await asio::async_read(stream, buffer, weir::use_weir);
///     auto line = co_await asio::async_read_until(stream, text, '\n', weir::use_weir).as_result();
struct use_weir_t {
  explicit constexpr use_weir_t() = default;
};
inline constexpr use_weir_t use_weir;

}  // namespace weir

template <class Result, class... Values>
class asio::async_result<weir::use_weir_t, Result(Values...)> {
 public:
  template <class Initiation, class Token, class... Arguments>
  static auto initiate(Initiation&& initiation, Token&&, Arguments&&... arguments) {
    using wait = weir::detail::asio_wait<weir::detail::asio_outcome<std::decay_t<Values>...>,
                                         std::decay_t<Initiation>, std::decay_t<Arguments>...>;
    return wait(std::forward<Initiation>(initiation), std::forward<Arguments>(arguments)...);
  }
};
