// SPDX-License-Identifier: Apache-2.0
#include "server_list.hpp"

#include <algorithm>
#include <charconv>

#include "quoted_text.hpp"
#include "weir/error.hpp"

namespace weir::nats::detail {
namespace {

constexpr std::string_view default_port = "4222";
constexpr std::string_view scheme = "nats://";
constexpr std::string_view tls_scheme = "tls://";
constexpr int port_max = 65535;

[[noreturn]] void refuse(std::string_view host, std::string_view problem) {
  host = host.substr(0, host.find('?'));  // Behind it somebody may have put a token.
  throw error(errc::invalid_argument, disposition::permanent,
              "the NATS URL with the host " + quoted_text(host) + " cannot be used: " +
                  std::string(problem) + "; expected nats://[user:password@]host[:port], several " +
                  "with commas between them");
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string percent_decoded(std::string_view text, std::string_view host) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(at + 1, 2);
    const auto read = std::from_chars(digits.begin(), digits.end(), value, 16);
    if (digits.size() != 2 || read.ptr != digits.end())
      refuse(host, "a % in user or password is not followed by two hexadecimal digits");
    out += static_cast<char>(value);
    at += 2;
  }
  return out;
}

void check_port(std::string_view port, std::string_view host) {
  int value = 0;
  const auto read = std::from_chars(port.begin(), port.end(), value);
  if (read.ec != std::errc() || read.ptr != port.end() || value < 1 || value > port_max)
    refuse(host, "its port is not a number from 1 to 65535");
}

server_address parse_server(std::string_view url) {
  server_address server;
  server.tls = url.starts_with(tls_scheme);
  if (server.tls) {
    url.remove_prefix(tls_scheme.size());
  } else if (url.starts_with(scheme)) {
    url.remove_prefix(scheme.size());
  }
  std::string_view account;
  if (const std::size_t at = url.rfind('@'); at != std::string_view::npos) {
    account = url.substr(0, at);
    url.remove_prefix(at + 1);
  }
  if (account.substr(std::min(account.find(':'), account.size())).starts_with("://"))
    refuse(url, "only the schemes nats:// and tls:// are known");
  if (url.ends_with('/')) url.remove_suffix(1);
  const std::string_view place = url;
  if (place.find("://") != std::string_view::npos)
    refuse(place, "only the schemes nats:// and tls:// are known");

  // The colon of a port stands behind the bracket of an IPv6 address.
  const std::size_t bracket = place.rfind(']');
  const std::size_t colon = place.find(':', bracket == std::string_view::npos ? 0 : bracket);
  server.host = place.substr(0, colon);
  server.port = colon == std::string_view::npos ? default_port : place.substr(colon + 1);
  const bool plain = std::ranges::all_of(server.host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._:[]%").find(c) != std::string_view::npos;
  });
  if (server.host.empty()) refuse(place, "it names no host");
  if (!plain) refuse(place, "the host holds a character that no host name has");
  check_port(server.port, place);

  const std::size_t separator = account.find(':');
  server.user = percent_decoded(account.substr(0, separator), place);
  if (separator != std::string_view::npos)
    server.password = percent_decoded(account.substr(separator + 1), place);
  return server;
}

/// Without it a comma in a password makes its first part the host of a server of its own, which is
/// then shown in every error. Of such a text nothing is shown.
void check_commas(std::string_view urls) {
  for (std::size_t comma; (comma = urls.find(',')) != std::string_view::npos;) {
    urls.remove_prefix(comma + 1);
    const std::string_view next = trim(urls.substr(0, urls.find(',')));
    if (next.find('@') == std::string_view::npos) continue;
    if (next.starts_with(scheme) || next.starts_with(tls_scheme)) continue;
    throw error(errc::invalid_argument, disposition::permanent,
                "the NATS URL (not shown, as it may hold a secret) cannot be used: behind a comma "
                "stands an @ without nats:// or tls:// in front; write a comma in a user, password "
                "or token as %2C, and a further server with its own user with nats:// in front");
  }
}

}  // namespace

std::vector<server_address> parse_servers(std::string_view urls) {
  check_commas(urls);
  std::vector<server_address> servers;
  while (!urls.empty()) {
    const std::size_t comma = urls.find(',');
    servers.push_back(parse_server(trim(urls.substr(0, comma))));
    urls.remove_prefix(comma == std::string_view::npos ? urls.size() : comma + 1);
  }
  if (servers.empty()) refuse("", "there is none");
  // Else whoever keeps a client from the one could have it talk to the other without encryption.
  const bool is_encrypted = std::ranges::any_of(servers, &server_address::tls);
  for (server_address& one : servers) one.tls = is_encrypted;
  return servers;
}

}  // namespace weir::nats::detail
