// SPDX-License-Identifier: Apache-2.0
// Which form of metrics is wanted: the part of RFC 9110, 12.5.1 that two forms need.
#include <algorithm>
#include <charconv>
#include <optional>

#include "weir/observe/metrics.hpp"

namespace weir {
namespace {

constexpr std::string_view white_space = " \t";

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(white_space);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_same(std::string_view one, std::string_view other) noexcept {
  return std::ranges::equal(one, other, {}, lower, lower);
}

/// Cuts off what stands before the next `mark`, or all.
std::string_view cut(std::string_view& rest, char mark) noexcept {
  const std::size_t at = std::min(rest.find(mark), rest.size());
  const std::string_view first = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return trimmed(first);
}

/// A kind of answer, and how much it is wanted: 0 to 1.
struct wish {
  std::string_view type;
  std::string_view version = {};
  double weight = 1;
};

/// What cannot be read is not wanted.
double weight_of(std::string_view text) noexcept {
  double weight = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), weight);
  const bool is_weight = read.ec == std::errc() && weight >= 0 && weight <= 1;
  return is_weight ? weight : 0;
}

wish read_wish(std::string_view text) noexcept {
  wish read{.type = cut(text, ';')};
  while (!text.empty()) {
    std::string_view parameter = cut(text, ';');
    const std::string_view name = cut(parameter, '=');
    std::string_view value = trimmed(parameter);
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
      value = value.substr(1, value.size() - 2);
    }
    if (is_same(name, "q")) read.weight = weight_of(value);
    if (is_same(name, "version")) read.version = value;
  }
  return read;
}

}  // namespace

metrics_format choose_metrics_format(std::string_view accept) noexcept {
  double for_open = 0;
  double for_text = 0;
  while (!accept.empty()) {
    const wish one = read_wish(cut(accept, ','));
    if (is_same(one.type, "application/openmetrics-text")) {
      const bool is_ours = one.version.empty() || one.version == "1.0.0";
      if (is_ours) for_open = std::max(for_open, one.weight);
    } else if (is_same(one.type, "text/plain")) {
      const bool is_ours = one.version.empty() || one.version == "0.0.4";
      if (is_ours) for_text = std::max(for_text, one.weight);
    } else if (is_same(one.type, "text/*") || is_same(one.type, "*/*")) {
      for_text = std::max(for_text, one.weight);
    }
  }
  const bool is_open = for_open > 0 && for_open >= for_text;
  return is_open ? metrics_format::openmetrics : metrics_format::prometheus;
}

std::string_view content_type(metrics_format format) noexcept {
  if (format == metrics_format::openmetrics) {
    return "application/openmetrics-text; version=1.0.0; charset=utf-8";
  }
  return "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace weir
