// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace weir {
namespace detail {

template <class T>
concept has_free_to_string = requires(const T& value) {
  { to_string(value) } -> std::convertible_to<std::string_view>;
};
template <class T>
concept has_to_string = requires(const T& value) {
  { value.to_string() } -> std::convertible_to<std::string_view>;
};

/// A value whose text is made only when its line is written.
struct lazy_log_text {
  const void* value;
  void (*append)(std::string& to, const void* value);
};

}  // namespace detail

/// A named value of a log line: {"order_id", order.id}, {"amount_cents", 5}.
///
/// Values are texts, numbers, bools, times (sys_time), exceptions with their text, and whatever has
/// a to_string(), of its own or beside it, such as a uuid. A span of time has no unit in a log:
/// give a number of something, and say so in the name ("wait_ms"). It refers to the value, which is
/// made to text only when the line is written: make it in the call.
class log_field {
 public:
  using moment = std::chrono::sys_time<std::chrono::microseconds>;
  using content = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool, moment,
                               detail::lazy_log_text>;

  template <class T>
  log_field(std::string_view name, const T& value) noexcept
      : name_(name), value_(content_of(value)) {}

  std::string_view name() const noexcept { return name_; }
  const content& value() const noexcept { return value_; }

 private:
  template <class T>
  static content content_of(const T& value) noexcept {
    if constexpr (std::same_as<T, bool>) {
      return value;
    } else if constexpr (std::signed_integral<T>) {
      return static_cast<std::int64_t>(value);
    } else if constexpr (std::unsigned_integral<T>) {
      return static_cast<std::uint64_t>(value);
    } else if constexpr (std::floating_point<T>) {
      return static_cast<double>(value);
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
      return std::string_view(value);
    } else if constexpr (std::derived_from<T, std::exception>) {
      return std::string_view(value.what());
    } else if constexpr (requires { std::chrono::time_point_cast<moment::duration>(value); }) {
      static_assert(std::same_as<typename T::clock, moment::clock>,
                    "weir: only a time of day means something in a log");
      return std::chrono::time_point_cast<moment::duration>(value);
    } else {
      return lazy(value);
    }
  }

  template <class T>
  static detail::lazy_log_text lazy(const T& value) noexcept {
    static_assert(detail::has_to_string<T> || detail::has_free_to_string<T>,
                  "weir: a field of a log line is a text, a number, a bool, a time, an exception, "
                  "or has a to_string()");
    return {&value, [](std::string& to, const void* erased) {
              const T& made = *static_cast<const T*>(erased);
              if constexpr (detail::has_to_string<T>) {
                to += made.to_string();
              } else {
                to += to_string(made);
              }
            }};
  }

  std::string_view name_;
  content value_;
};

using log_fields = std::initializer_list<log_field>;

}  // namespace weir
