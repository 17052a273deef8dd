// SPDX-License-Identifier: Apache-2.0
// What is wrong with weir's own sections beyond the types of their fields.
#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "weir/config/service_settings.hpp"

namespace weir {
namespace {

constexpr std::uint32_t connections_max = 200;
constexpr unsigned port_max = 65'535;

/// Of a wait: one that is zero would always be over.
void check_wait(const settings_check& found, std::string_view key, duration wait) {
  if (wait > duration::zero()) return;
  found.refuse(key, "it must be longer than no time at all");
}

bool is_http(const std::string& url) {
  return url.empty() || url.starts_with("http://") || url.starts_with("https://");
}

bool is_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos || colon == 0) return false;
  const std::string_view digits = text.substr(colon + 1);
  unsigned port = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return failure == std::errc() && end == digits.data() + digits.size() && port <= port_max;
}

}  // namespace

void nats_tls_settings::check(const settings_check& found) const {
  if (certificate_file.empty() == key_file.empty()) return;
  found.refuse(certificate_file.empty() ? "certificate_file" : "key_file",
               "a client's certificate and its key are given both or neither");
}

void nats_settings::check(const settings_check& found) const {
  check_wait(found, "connect_timeout", connect_timeout);
  if (user.empty() && !password.reveal().empty()) {
    found.refuse("user", "it must be given with nats.password");
  }
  const std::initializer_list<std::pair<std::string_view, bool>> ways{
      {"user", !user.empty()},
      {"token", !token.reveal().empty()},
      {"creds_file", !creds_file.empty()},
      {"nkey_seed_file", !nkey_seed_file.empty()}};
  std::string_view first;
  for (const auto& [key, is_given] : ways) {
    if (!is_given) continue;
    if (!first.empty()) {
      found.refuse(key, "leave it out: nats." + std::string(first) + " says already who logs in");
    }
    first = first.empty() ? key : first;
  }
}

void postgres_settings::check(const settings_check& found) const {
  const bool is_url = url.find("://") != url.npos;
  if (is_url && !url.starts_with("postgres://") && !url.starts_with("postgresql://")) {
    found.refuse("url", "it must look like postgresql://user:password@host:5432/database");
  }
  if (connections == 0 || connections > connections_max) {
    found.refuse("connections", "it must be a number from 1 to 200");
  }
  check_wait(found, "connect_timeout", connect_timeout);
  check_wait(found, "acquire_timeout", acquire_timeout);
}

void process_settings::check(const settings_check& found) const {
  check_wait(found, "drain_timeout", drain_timeout);
}

void trace_settings::check(const settings_check& found) const {
  constexpr std::string_view remedy = "it must begin with http:// or https://";
  if (!is_http(endpoint)) found.refuse("endpoint", remedy);
  if (!is_http(traces_endpoint)) found.refuse("traces_endpoint", remedy);
  check_wait(found, "timeout", timeout);
  if (!(sampler_argument >= 0 && sampler_argument <= 1)) {
    found.refuse("sampler_argument", "it must be a number from 0 to 1");
  }
}

void admin_settings::check(const settings_check& found) const {
  if (listen.empty() || listen == "off" || is_address(listen)) return;
  found.refuse("listen",
               "it must be an address and a port, such as 127.0.0.1:8080 or [::1]:8080, or off");
}

}  // namespace weir
