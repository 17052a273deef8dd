// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/http_page.hpp"

#include <algorithm>
#include <charconv>

#include "text.hpp"

namespace weir {
namespace {

/// A type of content in Accept, by how much it says about another one.
enum class match : unsigned char { none, anything, kind, exact };

match match_of(std::string_view range, std::string_view media_type) noexcept {
  if (http::equal_ignoring_case(range, media_type)) return match::exact;
  if (range == "*/*") return match::anything;
  const std::string_view kind = media_type.substr(0, media_type.find('/') + 1);
  if (!range.ends_with("/*")) return match::none;
  range.remove_suffix(1);
  return http::equal_ignoring_case(range, kind) ? match::kind : match::none;
}

/// The weight among the parameters of a range: 1 where there is none, 0 where it is no number.
double weight_of(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    std::string_view value = http::trimmed(http::take_until(parameters, ';'));
    const std::string_view name = http::take_until(value, '=');
    if (!http::equal_ignoring_case(name, "q")) continue;
    double weight = 0;
    const auto read = std::from_chars(value.begin(), value.end(), weight);
    const bool is_number = read.ec == std::errc() && read.ptr == value.end();
    return is_number && weight >= 0 ? std::min(weight, 1.0) : 0;
  }
  return 1;
}

}  // namespace

bool http_request::asks_for(std::string_view name) const noexcept {
  std::string_view rest = query;
  while (!rest.empty()) {
    std::string_view one = http::take_until(rest, '&');
    if (http::take_until(one, '=') == name) return true;
  }
  return false;
}

std::string_view http_request::parameter(std::string_view name) const noexcept {
  std::string_view rest = query;
  while (!rest.empty()) {
    std::string_view one = http::take_until(rest, '&');
    if (http::take_until(one, '=') == name) return one;
  }
  return {};
}

double http_request::likes(std::string_view media_type) const noexcept {
  if (accept.empty()) return 1;
  std::string_view rest = accept;
  match best = match::none;
  double weight = 0;
  while (!rest.empty()) {
    std::string_view one = http::take_until(rest, ',');
    const std::string_view range = http::trimmed(http::take_until(one, ';'));
    const match found = match_of(range, media_type);
    if (found <= best) continue;
    best = found;
    weight = weight_of(one);
  }
  return weight;
}

}  // namespace weir
