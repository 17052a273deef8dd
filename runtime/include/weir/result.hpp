// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <variant>

#include "weir/assert.hpp"
#include "weir/error.hpp"

namespace weir {

/// A value, or the error that stood in its way: the form of an answer that does not throw.
///
/// `co_await operation` throws on failure; `co_await operation.as_result()` gives one of these.
/// `*r` and `r->` need `r.has_value()`; `std::move(r).value()` throws the error instead.
template <class T = void>
class [[nodiscard]] result {
 public:
  using value_type = T;

  result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  result(weir::error failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& operator*() & noexcept { return get(); }
  const T& operator*() const& noexcept { return const_cast<result*>(this)->get(); }
  T&& operator*() && noexcept { return std::move(get()); }
  T* operator->() noexcept { return &get(); }
  const T* operator->() const noexcept { return &const_cast<result*>(this)->get(); }

  /// The value, or throws the error.
  T& value() & { return check(), get(); }
  const T& value() const& { return check(), **this; }
  T&& value() && { return check(), std::move(get()); }

  const weir::error& error() const noexcept {
    WEIR_ASSERT(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  T& get() noexcept {
    WEIR_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  void check() const {
    if (!has_value()) throw error();
  }

  std::variant<T, weir::error> state_;
};

/// Success without a value, or an error.
template <>
class [[nodiscard]] result<void> {
 public:
  using value_type = void;

  result() = default;
  result(weir::error failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  /// Throws the error, if there is one.
  void value() const {
    if (!has_value()) throw error();
  }
  const weir::error& error() const noexcept {
    WEIR_ASSERT(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<std::monostate, weir::error> state_;
};

}  // namespace weir
