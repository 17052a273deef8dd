// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/config/byte_size.hpp"
#include "weir/config/detail/settings_reader.hpp"
#include "weir/config/duration_text.hpp"
#include "weir/config/secret.hpp"
#include "weir/config/settings_check.hpp"
#include "weir/enum_names.hpp"
#include "weir/reflect.hpp"

namespace weir::detail {

struct struct_shape;

/// What is done with one field of a struct of settings, whose type is known to the functions alone.
struct field_shape {
  std::string_view name;
  bool is_secret;
  const struct_shape* table;  ///< Of a struct, or of an optional one; else null.
  bool (*read)(const config_value& from, void* object, settings_reader& in);
  /// As TOML writes it, secrets masked; none where it is not set.
  std::optional<std::string> (*text)(const void* object);
  /// The struct in a `table`; null where it is not set.
  const void* (*inner)(const void* object);
};

struct struct_shape {
  std::span<const field_shape> fields;
  /// Calls the check() of the struct, and of those in it.
  void (*check)(const void* object, settings_reader& in);
};

/// Reads a table into a struct; keys that it lacks stay as they are.
bool read_struct(const config_value& from, const struct_shape& shape, void* object,
                 settings_reader& in);
/// "{url = "...", required = true}".
std::string inline_table(const struct_shape& shape, const void* object);

template <class T>
inline constexpr bool is_secret = false;
template <class T>
inline constexpr bool is_secret<secret<T>> = true;

template <class T>
inline constexpr bool is_optional_setting = false;
template <class T>
inline constexpr bool is_optional_setting<std::optional<T>> = true;

template <class T>
inline constexpr bool is_list_setting = false;
template <class T, class Allocator>
inline constexpr bool is_list_setting<std::vector<T, Allocator>> = true;

template <class T>
inline constexpr bool is_span_of_time = false;
template <class Count, class Period>
inline constexpr bool is_span_of_time<std::chrono::duration<Count, Period>> = true;

template <class T>
concept setting_integer =
    std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
    !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> && !std::same_as<T, char16_t> &&
    !std::same_as<T, char32_t> && sizeof(T) <= sizeof(std::int64_t);

template <class T>
inline constexpr bool is_no_setting = true;

template <class T>
struct held {
  using type = T;
};
template <class T>
struct held<std::optional<T>> {
  using type = T;
};

template <class T>
bool read_setting(const config_value& from, T& into, settings_reader& in);
template <class T>
std::optional<std::string> setting_text(const T& value);
template <class T>
void check_setting(const T& value, settings_reader& in);

template <class T>
struct shape_of;

template <class T>
bool read_integer(const config_value& from, T& into, settings_reader& in) {
  using limits = std::numeric_limits<T>;
  if constexpr (std::signed_integral<T>) {
    std::int64_t wide = 0;
    if (!read_signed(from, wide, limits::min(), limits::max(), in)) return false;
    into = static_cast<T>(wide);
  } else {
    std::uint64_t wide = 0;
    if (!read_unsigned(from, wide, limits::max(), in)) return false;
    into = static_cast<T>(wide);
  }
  return true;
}

template <class T>
bool read_span_of_time(const config_value& from, T& into, settings_reader& in) {
  duration exact{};
  if (!read_value(from, exact, in)) return false;
  const T rounded = std::chrono::duration_cast<T>(exact);
  if (rounded != exact) return in.refuse(from, "it is finer than this setting counts");
  into = rounded;
  return true;
}

template <class T>
bool read_items(const config_value& from, T& into, settings_reader& in) {
  std::optional<settings_reader::veil> hidden;
  if constexpr (is_secret<typename T::value_type>) hidden.emplace(in);
  const auto list = read_list(from, in);
  if (!list) return false;
  T read;
  bool good = true;
  for (const config_value& item : list->items) {
    const settings_reader::step down(in, read.size());
    typename T::value_type element{};
    good = read_setting(item, element, in) && good;
    read.push_back(std::move(element));
  }
  if (!good) return false;
  into = std::move(read);
  in.accept(from);
  return true;
}

template <class T>
bool read_secret(const config_value& from, T& into, settings_reader& in) {
  const settings_reader::veil hidden(in);
  typename T::value_type value{};
  if (!read_setting(from, value, in)) return false;
  into = T(std::move(value), from.file);
  return true;
}

template <class T>
bool read_optional(const config_value& from, T& into, settings_reader& in) {
  if (into) return read_setting(from, *into, in);
  typename T::value_type value{};
  if (!read_setting(from, value, in)) return false;
  into = std::move(value);
  return true;
}

template <class T>
bool read_setting(const config_value& from, T& into, settings_reader& in) {
  if constexpr (std::same_as<T, std::string> || std::same_as<T, bool> || std::same_as<T, double> ||
                std::same_as<T, byte_size>) {
    return read_value(from, into, in);
  } else if constexpr (setting_integer<T>) {
    return read_integer(from, into, in);
  } else if constexpr (std::same_as<T, float>) {
    double wide = 0;
    if (!read_value(from, wide, in)) return false;
    into = static_cast<float>(wide);
    return true;
  } else if constexpr (is_span_of_time<T>) {
    return read_span_of_time(from, into, in);
  } else if constexpr (named_enum<T>) {
    static_assert(enum_names<T>().size() > 0, "this enum has no enumerator between 0 and 127");
    std::size_t index = 0;
    if (!read_one_of(from, index, enum_names<T>(), in)) return false;
    into = enumerators<T>.items[index].value;
    return true;
  } else if constexpr (is_secret<T>) {
    return read_secret(from, into, in);
  } else if constexpr (is_optional_setting<T>) {
    return read_optional(from, into, in);
  } else if constexpr (is_list_setting<T>) {
    return read_items(from, into, in);
  } else if constexpr (reflectable<T>) {
    return read_struct(from, shape_of<T>::value, &into, in);
  } else {
    static_assert(!is_no_setting<T>,
                  "weir: a setting is a bool, number, string, enum class, duration, byte_size, "
                  "secret, struct of them, or an optional or vector of one");
    return false;
  }
}

template <class T>
std::string list_text(const T& list) {
  std::string text = "[";
  for (const typename T::value_type& one : list) {
    if (text.size() > 1) text += ", ";
    text += setting_text(one).value_or("");
  }
  return text + "]";
}

template <class T>
std::optional<std::string> setting_text(const T& value) {
  if constexpr (std::same_as<T, std::string> || std::floating_point<T>) {
    return toml_text(value);
  } else if constexpr (std::same_as<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::integral<T>) {
    return std::to_string(value);
  } else if constexpr (std::same_as<T, byte_size>) {
    return '"' + to_string(value) + '"';
  } else if constexpr (is_span_of_time<T>) {
    return '"' + duration_text(value) + '"';
  } else if constexpr (std::is_enum_v<T>) {
    return '"' + std::string(enum_name(value).value_or("?")) + '"';
  } else if constexpr (is_secret<T>) {
    return setting_text(value.reveal()) == setting_text(typename T::value_type{}) ? "\"\""
                                                                                  : "\"***\"";
  } else if constexpr (is_optional_setting<T>) {
    if (!value) return std::nullopt;
    return setting_text(*value);
  } else if constexpr (is_list_setting<T>) {
    return list_text(value);
  } else {
    return inline_table(shape_of<T>::value, &value);
  }
}

template <class T>
void check_setting(const T& value, settings_reader& in) {
  if constexpr (is_optional_setting<T>) {
    if (value) check_setting(*value, in);
  } else if constexpr (is_list_setting<T>) {
    std::size_t index = 0;
    for (const typename T::value_type& one : value) {
      const settings_reader::step down(in, index++);
      check_setting(one, in);
    }
  } else if constexpr (std::is_class_v<T> && reflectable<T>) {
    if constexpr (requires(const settings_check& found) { value.check(found); }) {
      value.check(settings_check(in, shape_of<T>::value, &value));
    }
    for_each_field(value, [&in](std::string_view name, const auto& field) {
      const settings_reader::step down(in, name);
      check_setting(field, in);
    });
  }
}

template <class T, std::size_t Index>
constexpr field_shape make_field_shape() {
  using field = field_type<T, Index>;
  using inside = typename held<field>::type;
  field_shape made{};
  made.name = field_names<T>()[Index];
  made.is_secret = is_secret<inside>;
  made.read = [](const config_value& from, void* object, settings_reader& in) {
    return read_setting(from, field_at<Index>(*static_cast<T*>(object)), in);
  };
  made.text = [](const void* object) {
    return setting_text(field_at<Index>(*static_cast<const T*>(object)));
  };
  if constexpr (shape_of<inside>::is_struct) {
    made.table = &shape_of<inside>::value;
    made.inner = [](const void* object) -> const void* {
      const field& one = field_at<Index>(*static_cast<const T*>(object));
      if constexpr (is_optional_setting<field>) {
        return one ? &*one : nullptr;
      } else {
        return &one;
      }
    };
  }
  return made;
}

template <class T>
concept struct_of_settings =
    reflectable<T> && !std::same_as<T, std::string> && !std::same_as<T, byte_size> &&
    !is_secret<T> && !is_optional_setting<T> && !is_list_setting<T> && !is_span_of_time<T>;

template <class T>
struct shape_of {
  static constexpr bool is_struct = false;
};

template <struct_of_settings T>
struct shape_of<T> {
  static constexpr bool is_struct = true;
  static constexpr auto fields = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::array<field_shape, sizeof...(Index)>{make_field_shape<T, Index>()...};
  }(std::make_index_sequence<field_count<T>>{});
  static constexpr struct_shape value{fields, [](const void* object, settings_reader& in) {
                                        check_setting(*static_cast<const T*>(object), in);
                                      }};
};

}  // namespace weir::detail
