// SPDX-License-Identifier: Apache-2.0
#include "service_names.hpp"

#include <algorithm>

#include "quoted_text.hpp"
#include "weir/error.hpp"
#include "weir/nats/service.hpp"
#include "weir/nats/subject.hpp"

namespace weir::nats {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_word(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

bool is_number(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, is_digit) &&
         (text.size() == 1 || text.front() != '0');
}

std::string_view take_until(std::string_view& rest, char end) noexcept {
  const std::size_t at = rest.find(end);
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at == rest.npos ? rest.size() : at + 1);
  return taken;
}

/// Identifiers with points between them; of a pre-release, a number has no leading zero.
bool are_identifiers(std::string_view text, bool of_release) noexcept {
  if (text.empty() || text.back() == '.') return false;
  while (!text.empty()) {
    const std::string_view one = take_until(text, '.');
    if (one.empty() || !std::ranges::all_of(one, is_word)) return false;
    if (of_release && std::ranges::all_of(one, is_digit) && !is_number(one)) return false;
  }
  return true;
}

}  // namespace

bool is_semantic_version(std::string_view text) noexcept {
  const std::size_t plus = text.find('+');
  if (plus != text.npos && !are_identifiers(text.substr(plus + 1), false)) return false;
  text = text.substr(0, plus);
  const std::size_t minus = text.find('-');
  if (minus != text.npos && !are_identifiers(text.substr(minus + 1), true)) return false;
  text = text.substr(0, minus);
  const std::string_view major = take_until(text, '.');
  const std::string_view minor = take_until(text, '.');
  return is_number(major) && is_number(minor) && is_number(text);
}

namespace detail {

void check_service_name(std::string_view what, std::string_view name) {
  const auto allowed = [](char c) { return is_word(c) || c == '_'; };
  check_name(what, name);
  if (std::ranges::all_of(name, allowed)) return;
  throw error(errc::invalid_argument, disposition::permanent,
              std::string(what) + " name " + quoted_text(name) +
                  " cannot be used: a name has letters, digits, - and _ only, and is not empty");
}

void check_service_version(std::string_view version) {
  if (is_semantic_version(version)) return;
  throw error(errc::invalid_argument, disposition::permanent,
              "service version " + quoted_text(version) +
                  " cannot be used: it is not a semantic version, like 1.4.0 or 2.0.0-rc.1");
}

}  // namespace detail
}  // namespace weir::nats
