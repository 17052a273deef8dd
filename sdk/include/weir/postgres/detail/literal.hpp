// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/codec.hpp"
#include "weir/postgres/interval.hpp"

namespace weir::postgres::detail {

// The text forms of values as the server reads them, whatever the session's settings are.
std::string literal_of(bool value);
std::string literal_of(std::int64_t value);
std::string literal_of(float value);
std::string literal_of(double value);
std::string literal_of(const std::vector<std::byte>& value);
std::string literal_of(timestamp value);
std::string literal_of(const jsonb& value);
std::string literal_of(const interval& value);

template <std::signed_integral T>
std::string literal_of(T value) {
  return literal_of(static_cast<std::int64_t>(value));
}

template <class T>
  requires requires(const T& value) { value.to_string(); }
std::string literal_of(const T& value) {
  return value.to_string();
}

/// Appends a part of an array or composite, in quotes where it needs them.
void put_quoted(std::string& out, std::string_view part);

/// Appends the text form of a value; what is not built in has no other form as a parameter,
/// because it contains types whose numbers only the server knows.
template <class T>
void put_literal(std::string& out, const T& value) {
  if constexpr (requires { codec<T>::put_literal(out, value); }) {
    codec<T>::put_literal(out, value);
  } else if constexpr (!codec<T>::binary) {
    codec<T>::encode(out, value);
  } else {
    out += literal_of(value);
  }
}

/// Appends an element or a field; `null` is what stands for NULL there.
template <class T>
void put_part(std::string& out, const T& value, std::string_view null) {
  if constexpr (element_of<T>::nullable) {
    if (value.has_value()) return put_part(out, *value, null);
    out += null;
  } else {
    std::string part;
    put_literal(part, value);
    put_quoted(out, part);
  }
}

}  // namespace weir::postgres::detail
