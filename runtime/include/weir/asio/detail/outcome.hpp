// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <optional>
#include <tuple>

#include "weir/asio/error.hpp"
#include "weir/result.hpp"

namespace weir::detail {

/// The values that an operation completed with as one: none, the one, or a tuple of several.
template <class... Values>
class asio_values {
 public:
  using value = std::conditional_t<sizeof...(Values) == 0, void, std::tuple<Values...>>;

  void set(Values... values) { values_.emplace(std::move(values)...); }
  bool is_set() const noexcept { return values_.has_value(); }
  result<value> take() {
    if constexpr (sizeof...(Values) == 0) {
      return {};
    } else {
      return std::move(*values_);
    }
  }

 private:
  std::optional<std::tuple<Values...>> values_;
};

template <class Value>
class asio_values<Value> {
 public:
  using value = Value;

  void set(Value came) { value_.emplace(std::move(came)); }
  bool is_set() const noexcept { return value_.has_value(); }
  result<value> take() { return std::move(*value_); }

 private:
  std::optional<Value> value_;
};

/// What an operation completed with: values, or where the first argument is one, a failure.
template <class... Values>
class asio_outcome : public asio_values<Values...> {
 public:
  std::exception_ptr exception() const noexcept { return {}; }
};

template <class... Values>
class asio_outcome<asio::error_code, Values...> {
 public:
  using value = typename asio_values<Values...>::value;

  void set(asio::error_code code, Values... values) {
    code_ = code;
    values_.set(std::move(values)...);
  }
  bool is_set() const noexcept { return values_.is_set(); }
  /// An exception to be thrown as it is, or null.
  std::exception_ptr exception() const noexcept { return {}; }
  result<value> take() {
    if (code_) return from_asio(code_);
    return values_.take();
  }

 private:
  asio::error_code code_;
  asio_values<Values...> values_;
};

template <class... Values>
class asio_outcome<std::exception_ptr, Values...> {
 public:
  using value = typename asio_values<Values...>::value;

  void set(std::exception_ptr failure, Values... values) {
    failure_ = std::move(failure);
    values_.set(std::move(values)...);
  }
  bool is_set() const noexcept { return values_.is_set(); }
  const std::exception_ptr& exception() const noexcept { return failure_; }
  result<value> take() {
    if (failure_) return to_error(failure_);
    return values_.take();
  }

 private:
  std::exception_ptr failure_;
  asio_values<Values...> values_;
};

}  // namespace weir::detail
