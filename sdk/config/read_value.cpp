// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>

#include "nearest_name.hpp"
#include "toml_file.hpp"
#include "weir/config/detail/settings_reader.hpp"
#include "weir/config/duration_text.hpp"

namespace weir::detail {
namespace {

using kinds = config_value::kinds;

bool is_text(const config_value& value) {
  return value.kind == kinds::text || value.kind == kinds::loose;
}

/// A number that is all of the text.
template <class T>
std::optional<T> number_of(std::string_view text) {
  T number{};
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string range(const std::string& min, const std::string& max) {
  return "it must be a whole number from " + min + " to " + max;
}

bool is_word(std::string_view text, std::string_view word) {
  return std::ranges::equal(text, word, [](char one, char other) {
    return (one >= 'A' && one <= 'Z' ? one - 'A' + 'a' : one) == other;
  });
}

}  // namespace

bool read_value(const config_value& from, std::string& into, settings_reader& in) {
  if (!is_text(from)) return in.refuse(from, "it must be a text in quotes");
  into = from.text;
  in.accept(from);
  return true;
}

bool read_value(const config_value& from, bool& into, settings_reader& in) {
  std::optional<bool> read;
  if (from.kind == kinds::boolean) read = from.boolean;
  if (from.kind == kinds::loose && is_word(from.text, "true")) read = true;
  if (from.kind == kinds::loose && is_word(from.text, "false")) read = false;
  if (!read) return in.refuse(from, "it must be true or false");
  into = *read;
  in.accept(from);
  return true;
}

bool read_value(const config_value& from, double& into, settings_reader& in) {
  std::optional<double> read;
  if (from.kind == kinds::number) read = from.number;
  if (from.kind == kinds::integer) read = static_cast<double>(from.integer);
  if (from.kind == kinds::loose) read = number_of<double>(from.text);
  if (!read) return in.refuse(from, "it must be a number");
  into = *read;
  in.accept(from);
  return true;
}

bool read_value(const config_value& from, byte_size& into, settings_reader& in) {
  std::optional<byte_size> read;
  if (is_text(from)) read = parse_byte_size(from.text);
  if (from.kind == kinds::integer && from.integer >= 0) {
    read = byte_size(static_cast<std::uint64_t>(from.integer));
  }
  if (!read) {
    return in.refuse(from, "it must be a size with its unit, such as \"4MiB\" or \"64KiB\"");
  }
  into = *read;
  in.accept(from);
  return true;
}

bool read_value(const config_value& from, duration& into, settings_reader& in) {
  const auto read = is_text(from) ? parse_duration(from.text) : std::nullopt;
  if (!read) {
    return in.refuse(from,
                     "it must be a span of time with its unit, such as \"250ms\", \"1.5s\" or "
                     "\"1h30m\"");
  }
  into = *read;
  in.accept(from);
  return true;
}

bool read_signed(const config_value& from, std::int64_t& into, std::int64_t min, std::int64_t max,
                 settings_reader& in) {
  std::optional<std::int64_t> read;
  if (from.kind == kinds::integer) read = from.integer;
  if (from.kind == kinds::loose) read = number_of<std::int64_t>(from.text);
  if (!read || *read < min || *read > max) {
    return in.refuse(from, range(std::to_string(min), std::to_string(max)));
  }
  into = *read;
  in.accept(from);
  return true;
}

bool read_unsigned(const config_value& from, std::uint64_t& into, std::uint64_t max,
                   settings_reader& in) {
  std::optional<std::uint64_t> read;
  if (from.kind == kinds::integer && from.integer >= 0) {
    read = static_cast<std::uint64_t>(from.integer);
  }
  if (from.kind == kinds::loose) read = number_of<std::uint64_t>(from.text);
  if (!read || *read > max) return in.refuse(from, range("0", std::to_string(max)));
  into = *read;
  in.accept(from);
  return true;
}

bool read_one_of(const config_value& from, std::size_t& into,
                 std::span<const std::string_view> names, settings_reader& in) {
  const auto found = is_text(from) ? std::ranges::find(names, from.text) : names.end();
  if (found == names.end()) {
    const std::string_view meant = is_text(from) ? nearest_name(from.text, names) : "";
    std::string remedy = "it must be one of " + listed(names);
    if (!meant.empty()) remedy = "did you mean \"" + std::string(meant) + "\"? " + remedy;
    return in.refuse(from, remedy);
  }
  into = static_cast<std::size_t>(found - names.begin());
  in.accept(from);
  return true;
}

std::optional<config_value> read_list(const config_value& from, settings_reader& in) {
  if (from.kind == kinds::list) return from;
  if (from.kind == kinds::loose) {
    auto parsed = parse_toml_value(from.text, from.origin);
    if (parsed && parsed->kind == kinds::list) return parsed;
  }
  in.refuse(from, "it must be a list, such as [\"a\", \"b\"] or [1, 2]");
  return std::nullopt;
}

}  // namespace weir::detail
