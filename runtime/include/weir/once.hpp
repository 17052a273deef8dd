// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <type_traits>
#include <variant>

#include "weir/mutex.hpp"
#include "weir/task.hpp"

namespace weir {

/// A value that is made when it is first asked for, once, by one of the tasks of a loop that ask.
///
/// Tasks that ask while it is being made wait for it. When the one who makes it fails, or is
/// cancelled, the error is its own; the next in the queue then tries, with its own function. `T`
/// may be void, for work that is to be done once. Must outlive its waiters.
///
///     weir::once<settings> loaded;
///     const settings* now = co_await loaded.get([&] { return load(path); });
template <class T = void>
class once {
 public:
  /// The value; for void a monostate.
  using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  once() = default;
  once(const once&) = delete;
  once& operator=(const once&) = delete;

  /// Suspends until the value is there, made by `make()`, a task, if nobody else has made it; gives
  /// where it is, never null, until the end of the once.
  ///
  /// `make` is kept until the end, so a lambda that returns a task may capture by reference what
  /// outlives the call. It must not ask the same once: it would wait for itself. Throws what
  /// `make()` throws, or when cancelled.
  template <class Make>
  task<value_type*> get(Make make) {
    if (!value_) {
      const auto turn = co_await turns_.lock();
      if (!value_) {
        if constexpr (std::is_void_v<T>) {
          co_await make();
          value_.emplace();
        } else {
          value_.emplace(co_await make());
        }
      }
    }
    co_return &*value_;
  }

  /// The value if it is there already, else null.
  value_type* get_if() noexcept { return value_ ? &*value_ : nullptr; }

 private:
  mutex turns_;
  std::optional<value_type> value_;
};

}  // namespace weir
