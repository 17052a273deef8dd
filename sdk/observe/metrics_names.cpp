// SPDX-License-Identifier: Apache-2.0
#include "metrics_names.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "weir/error.hpp"
#include "weir/observe/histogram_metric.hpp"

namespace weir::detail {
namespace {

constexpr std::string_view total = "_total";
constexpr std::string_view info = "_info";
/// What Prometheus appends, so that nobody else may.
constexpr std::array<std::string_view, 5> own_endings{total, "_count", "_sum", "_bucket",
                                                      "_created"};
constexpr std::array<std::string_view, 3> units{"seconds", "bytes", "ratio"};

[[noreturn]] void refuse(const metric_description& about, const std::string& why) {
  throw error(errc::invalid_argument, disposition::permanent,
              "the metric '" + about.name + "' cannot be: " + why);
}

constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_name(std::string_view text) noexcept {
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c); });
}

void check_ending(const metric_description& about) {
  const std::string_view name = about.name;
  if (about.type == metric_type::counter) {
    if (!name.ends_with(total)) {
      refuse(about, "the name of a counter ends in _total; call it '" + about.name + "_total'");
    }
    return;
  }
  for (const std::string_view ending : own_endings) {
    if (!name.ends_with(ending)) continue;
    refuse(about, "only what Prometheus makes of a counter or a histogram ends in " +
                      std::string(ending) + "; leave that away, or count with a counter");
  }
}

void check_labels(const metric_description& about) {
  for (std::size_t at = 0; at < about.labels.size(); ++at) {
    const std::string& label = about.labels[at];
    if (!is_name(label) || label.starts_with("__")) {
      refuse(about, "its label '" + label +
                        "' is no name: letters, digits and '_', not beginning with a digit or two "
                        "'_'");
    }
    const bool is_reserved = label == "quantile" || label == "le";
    if (is_reserved) refuse(about, "its label '" + label + "' is Prometheus' own; use another one");
    if (std::find(about.labels.begin(), about.labels.begin() + static_cast<std::ptrdiff_t>(at),
                  label) != about.labels.begin() + static_cast<std::ptrdiff_t>(at)) {
      refuse(about, "it has the label '" + label + "' twice");
    }
  }
}

void check_bounds(const metric_description& about) {
  if (about.type != metric_type::histogram) return;
  const auto& bounds = about.bounds;
  const bool are_finite =
      std::ranges::all_of(bounds, [](double one) { return std::isfinite(one); });
  const bool ascend = std::ranges::adjacent_find(bounds, std::greater_equal{}) == bounds.end();
  if (!are_finite || !ascend) {
    refuse(about,
           "the bounds of its buckets must ascend, each larger than the one before; one for "
           "all that is larger is added anyway");
  }
  if (!bounds.empty() && bounds.size() <= histogram_metric::bounds_max) return;
  refuse(about, "it has " + std::to_string(bounds.size()) + " bounds of buckets; 1 to " +
                    std::to_string(histogram_metric::bounds_max) + " are possible");
}

/// How many bytes a character has that begins with this one; 0 for none.
std::size_t length_of_character(unsigned char first) noexcept {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

/// The length of the character at the beginning of `text` in UTF-8; 0 where there is none.
std::size_t character_at(std::string_view text) noexcept {
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const std::size_t length = length_of_character(byte(0));
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xc0) != 0x80) return 0;
  }
  // Too long a form, half of a pair, beyond the last character.
  const bool is_wrong =
      length > 1 && ((byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xed && byte(1) > 0x9f) ||
                     (byte(0) == 0xf0 && byte(1) < 0x90) || (byte(0) == 0xf4 && byte(1) > 0x8f));
  return is_wrong ? 0 : length;
}

}  // namespace

void check(const metric_description& about) {
  if (!is_name(about.name)) {
    refuse(about,
           "a name is letters, digits and '_', and does not begin with a digit; colons are "
           "for recording rules");
  }
  check_ending(about);
  if (about.help.empty()) refuse(about, "it has no help text; say in a sentence what it tells");
  check_labels(about);
  check_bounds(about);
}

bool is_info(const metric_description& about) noexcept {
  return about.type == metric_type::gauge && about.name.ends_with(info);
}

std::string_view base_name(const metric_description& about) noexcept {
  std::string_view name = about.name;
  if (about.type == metric_type::counter) name.remove_suffix(total.size());
  if (is_info(about)) name.remove_suffix(info.size());
  return name;
}

std::string_view unit_of(const metric_description& about) noexcept {
  const std::string_view name = base_name(about);
  for (const std::string_view unit : units) {
    if (name.ends_with(unit) && name.size() > unit.size() &&
        name[name.size() - unit.size() - 1] == '_') {
      return unit;
    }
  }
  return {};
}

std::vector<std::string> exported_names(const metric_description& about) {
  std::vector<std::string> names;
  names.emplace_back(base_name(about));
  if (about.name != names.front()) names.push_back(about.name);
  if (about.type != metric_type::histogram) return names;
  for (const std::string_view ending : {"_count", "_sum", "_bucket"}) {
    names.push_back(about.name + std::string(ending));
  }
  return names;
}

std::string escaped(std::string_view text, bool with_quotes) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c == '\\' || (c == '"' && with_quotes)) safe += '\\';
    if (c == '\n') {
      safe += "\\n";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string label_text(std::string_view value) {
  value = value.substr(0, label_value_bytes_max);
  std::string clean;
  clean.reserve(value.size());
  while (!value.empty()) {
    const std::size_t length = character_at(value);
    clean += length == 0 ? std::string_view("?") : value.substr(0, length);
    value.remove_prefix(length == 0 ? 1 : length);
  }
  return escaped(clean, true);
}

}  // namespace weir::detail
