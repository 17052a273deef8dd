// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/enum_names.hpp"
#include "weir/postgres/detail/own_codec.hpp"

namespace weir::postgres::detail {

/// Throws: the server sent a label that no enumerator has; `labels` is what there is.
[[noreturn]] void unknown_label(std::string_view found, std::string_view enumeration,
                                std::string_view labels);
/// Throws: a value that no enumerator has was to be sent.
[[noreturn]] void unlabelled(long long value, std::string_view enumeration);

/// The labels of an enum: those that its value_of lists, and the names of all other enumerators.
template <class Enum>
class enum_labels {
 public:
  static constexpr std::optional<std::string_view> label_of(Enum value) {
    const std::optional<std::string_view> listed = listed_label(value);
    return listed ? listed : enum_name(value);
  }

  static constexpr std::optional<Enum> value_of_label(std::string_view text) {
    if constexpr (has_list) {
      for (const auto& one : value_of<Enum>::labels) {
        if (one.text == text) return one.value;
      }
    }
    const std::optional<Enum> named = enum_value<Enum>(text);
    return named && !listed_label(*named) ? named : std::nullopt;
  }

  /// All of them, for an error.
  static std::string list() {
    std::string all;
    const auto add = [&](std::string_view text) { (all += all.empty() ? "" : ", ") += text; };
    if constexpr (has_list) {
      for (const auto& one : value_of<Enum>::labels) add(one.text);
    }
    for (const std::string_view name : enum_names<Enum>()) {
      if (value_of_label(name)) add(name);
    }
    return all;
  }

 private:
  static constexpr bool has_list = requires { value_of<Enum>::labels; };

  static constexpr std::optional<std::string_view> listed_label(Enum value) {
    if constexpr (has_list) {
      for (const auto& one : value_of<Enum>::labels) {
        if (one.value == value) return one.text;
      }
    }
    return std::nullopt;
  }
};

template <own_type T>
  requires std::same_as<typename value_of<T>::enum_type, T>
struct codec<T> {
  static_assert(named_enum<T>, "as_enum is for an enum class");

  static constexpr oid type = inferred_type;
  static constexpr oid array_type = inferred_type;
  static constexpr bool binary = false;
  static constexpr std::string_view name = database_name<T>();
  static constexpr bool accepts(oid column) {
    return is_assigned(column) || text_codec::accepts(column);
  }

  static void encode(std::string& out, T value) {
    const std::optional<std::string_view> label = enum_labels<T>::label_of(value);
    if (!label) unlabelled(static_cast<long long>(value), weir::detail::type_name<T>());
    text_codec::encode(out, *label);
  }
  static T decode(std::string_view bytes, oid) {
    const std::optional<T> value = enum_labels<T>::value_of_label(bytes);
    if (!value) unknown_label(bytes, weir::detail::type_name<T>(), enum_labels<T>::list());
    return *value;
  }
};

}  // namespace weir::postgres::detail
