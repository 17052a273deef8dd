// SPDX-License-Identifier: Apache-2.0
#include "weir/config/masked_url.hpp"

#include <algorithm>
#include <array>
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

/// The same of "user:password@host" and "token@host:4222", which are URLs to NATS.
void mask_bare_account(std::string& word) {
  const std::size_t sign = word.find("://") == word.npos ? word.rfind('@') : word.npos;
  if (sign == word.npos) return;
  const std::size_t colon = word.find(':');
  const std::size_t port = word.find(':', sign);
  if (colon < sign) {
    word.replace(colon + 1, sign - colon - 1, mask);
  } else if (port != word.npos && word.find_first_of("0123456789", port) == port + 1) {
    word.replace(0, sign, mask);
  }
}

void mask_bare_accounts(std::string& text) {
  for (std::size_t at = text.find_first_not_of(white_space); at < text.size();
       at = text.find_first_not_of(white_space, at)) {
    const std::size_t end = std::min(text.find_first_of(white_space, at), text.size());
    std::string word = text.substr(at, end - at);
    mask_bare_account(word);
    text.replace(at, end - at, word);
    at += word.size();
  }
}

/// Parameters of a URL that nobody has to hide; of others a key or a token may be the value.
constexpr std::array<std::string_view, 17> open_parameters{"application_name",
                                                           "channel_binding",
                                                           "client_encoding",
                                                           "connect_timeout",
                                                           "dbname",
                                                           "gssencmode",
                                                           "host",
                                                           "hostaddr",
                                                           "keepalives",
                                                           "load_balance_hosts",
                                                           "options",
                                                           "port",
                                                           "sslcert",
                                                           "sslmode",
                                                           "sslrootcert",
                                                           "target_session_attrs",
                                                           "user"};

/// The values of the parameters of URLs.
void mask_parameters(std::string& text) {
  for (std::size_t at = text.find("://"); at != text.npos; at = text.find("://", at + 3)) {
    std::size_t end = std::min(text.find_first_of(white_space, at), text.size());
    std::size_t name = text.find('?', at);
    while (name < end) {
      const std::size_t next = std::min(text.find('&', name + 1), end);
      const std::size_t sign = std::min(text.find('=', name + 1), next);
      const std::size_t from = sign == next ? name + 1 : sign + 1;
      const bool is_open =
          sign != next && std::ranges::find(open_parameters, std::string_view(text).substr(
                                                                 name + 1, sign - name - 1)) !=
                              open_parameters.end();
      name = next;
      if (is_open || from == next) continue;
      text.replace(from, next - from, mask);
      name = from + mask.size();
      end = end - (next - from) + mask.size();
    }
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
  mask_parameters(text);
  mask_bare_accounts(text);
  mask_passwords(text);
  return text;
}

}  // namespace weir
