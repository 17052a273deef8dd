// SPDX-License-Identifier: Apache-2.0
#include "weir/config/masked_url.hpp"

#include <algorithm>
#include <string_view>

namespace weir {
namespace {

constexpr std::string_view mask = "***";
constexpr std::string_view white_space = " \t\r\n";

/// Where the account of a URL ends that begins at the front of `text`; npos where it has none. A
/// password that should have been written with %2F or %3F is no reason to show it.
std::size_t end_of_account(std::string_view text) {
  const std::size_t place = text.substr(0, text.find('/')).rfind('@');
  const std::size_t path = text.substr(0, text.find('?')).rfind('@');
  if (place == text.npos || path == text.npos) return std::min(place, path);
  return std::max(place, path);
}

void mask_accounts(std::string& text) {
  for (std::size_t at = text.find("://"); at != text.npos; at = text.find("://", at + 3)) {
    const std::size_t start = at + 3;
    const std::size_t end =
        std::min(text.find("://", start), text.find_first_of(white_space, start));
    const std::string_view url = std::string_view(text).substr(start, end - start);
    const std::size_t sign = end_of_account(url);
    if (sign == url.npos) continue;
    const std::size_t colon = url.substr(0, sign).find(':');
    const std::size_t from = colon == url.npos ? 0 : colon + 1;
    text.replace(start + from, sign - from, mask);
  }
}

/// Where a value of libpq's connection strings ends: at the next keyword, or parameter of a URL.
std::size_t end_of_value(std::string_view text, std::size_t start) {
  if (start >= text.size() || text[start] != '\'') {
    std::size_t end = start;
    while (end < text.size() && white_space.find(text[end]) == white_space.npos &&
           text[end] != '&') {
      end += text[end] == '\\' ? 2 : 1;
    }
    return std::min(end, text.size());
  }
  for (std::size_t at = start + 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '\'') {
      return at + 1;
    }
  }
  return text.size();
}

void mask_passwords(std::string& text) {
  constexpr std::string_view keyword = "password";
  for (std::size_t at = text.find(keyword); at != text.npos; at = text.find(keyword, at)) {
    at += keyword.size();
    std::size_t sign = text.find_first_not_of(white_space, at);
    if (sign == text.npos || text[sign] != '=') continue;
    const std::size_t start = std::min(text.find_first_not_of(white_space, sign + 1), text.size());
    text.replace(start, end_of_value(text, start) - start, mask);
    at = start + mask.size();
  }
}

}  // namespace

std::string masked_url(std::string text) {
  mask_accounts(text);
  mask_passwords(text);
  return text;
}

}  // namespace weir
