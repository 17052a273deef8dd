// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "json_fields.hpp"
#include "weir/assert.hpp"
#include "weir/clock.hpp"
#include "weir/timestamp.hpp"

namespace weir::nats::detail {

/// How a type of a configuration stands in JSON: as a value of `type`.
template <class T>
struct wire_form {
  using type = T;
  static type to(const T& value) { return value; }
  static std::optional<T> from(const type& value) { return value; }
};

template <>
struct wire_form<duration> {
  using type = std::int64_t;
  static type to(duration value) { return value.count(); }
  static std::optional<duration> from(type value) { return duration(value); }
};

/// The names that the server has for the values of an enum.
template <class Enum>
inline constexpr std::array<std::pair<Enum, std::string_view>, 0> wire_names{};

template <class Enum>
  requires(!wire_names<Enum>.empty())
struct wire_form<Enum> {
  using type = std::string;
  static type to(Enum value) {
    for (const auto& one : wire_names<Enum>) {
      if (one.first == value) return std::string(one.second);
    }
    WEIR_ASSERT(false);  // The names are those of all values.
    return {};
  }
  /// Nothing for what only a newer server knows.
  static std::optional<Enum> from(const type& value) {
    for (const auto& one : wire_names<Enum>) {
      if (one.second == value) return one.first;
    }
    return std::nullopt;
  }
};

template <class T>
struct wire_form<std::vector<T>> {
  using type = std::vector<typename wire_form<T>::type>;
  static type to(const std::vector<T>& values) {
    type wires;
    for (const T& one : values) wires.push_back(wire_form<T>::to(one));
    return wires;
  }
  static std::optional<std::vector<T>> from(const type& wires) {
    std::vector<T> values;
    for (const auto& one : wires) {
      auto value = wire_form<T>::from(one);
      if (!value) return std::nullopt;
      values.push_back(std::move(*value));
    }
    return values;
  }
};

/// Whether an existing stream or consumer can be changed in a field.
enum class change_rule : unsigned char {
  free,       ///< Yes, at least by some server.
  fixed,      ///< Never.
  stays_set,  ///< From off to on only.
};

/// Where a field is known from.
enum class since : unsigned char { v2_9, v2_10, v2_11, v2_12 };

/// What is known of a field besides its value.
struct field_rule {
  std::string_view name;
  since server = since::v2_9;
  change_rule change = change_rule::free;
  /// What an absent field stands for, where that is not false, 0, or empty.
  std::string_view absent = {};
  bool is_set = false;             ///< an array whose order means nothing
  bool zero_is_minus_one = false;  ///< 0 and -1 both mean: no limit
};

/// Writes the fields that have a value.
struct field_writer {
  json_fields& fields;

  template <class T>
  void operator()(const field_rule& rule, const std::optional<T>& value) const {
    if (value) put(rule, *value);
  }
  template <class T>
  void operator()(const field_rule& rule, const std::vector<T>& value) const {
    if (!value.empty()) put(rule, value);
  }
  void operator()(const field_rule& rule, const std::string& value) const {
    if (!value.empty()) put(rule, value);
  }

 private:
  template <class T>
  void put(const field_rule& rule, const T& value) const {
    set_field(fields, std::string(rule.name), wire_form<T>::to(value));
    if (rule.zero_is_minus_one && fields[std::string(rule.name)].text() == "0")
      set_field(fields, std::string(rule.name), -1);
  }
};

/// Reads the fields that are there and have a form that weir knows; leaves the others empty.
struct field_reader {
  const json_fields& fields;

  template <class T>
  void operator()(const field_rule& rule, std::optional<T>& value) const {
    value = get<T>(rule);
  }
  template <class T>
  void operator()(const field_rule& rule, std::vector<T>& value) const {
    value = get<std::vector<T>>(rule).value_or(std::vector<T>());
  }
  void operator()(const field_rule& rule, std::string& value) const {
    value = get<std::string>(rule).value_or("");
  }

 private:
  template <class T>
  std::optional<T> get(const field_rule& rule) const {
    const auto found = fields.find(std::string(rule.name));
    if (found == fields.end()) return std::nullopt;
    auto wire = json::decode<typename wire_form<T>::type>(found->second.text());
    if (!wire.has_value()) return std::nullopt;
    return wire_form<T>::from(*wire);
  }
};

/// Gathers the rules alone.
struct rule_reader {
  std::vector<field_rule>& rules;

  template <class T>
  void operator()(const field_rule& rule, const T& /*value*/) const {
    rules.push_back(rule);
  }
};

}  // namespace weir::nats::detail
