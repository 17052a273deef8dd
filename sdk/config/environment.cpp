// SPDX-License-Identifier: Apache-2.0
#include "weir/config/environment.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "weir/error.hpp"

namespace weir {
namespace {

constexpr std::size_t connections_default = 10;
constexpr std::size_t connections_max = 200;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

[[noreturn]] void refuse(std::string_view name, const std::string& value, std::string_view wanted) {
  throw error(errc::invalid_argument, disposition::permanent,
              std::string(name) + " is '" + masked_url(value) + "'; " + std::string(wanted));
}

void check_nats_urls(const std::string& urls) {
  std::size_t start = 0;
  while (start <= urls.size()) {
    const std::size_t comma = std::min(urls.find(',', start), urls.size());
    const std::string_view url = std::string_view(urls).substr(start, comma - start);
    const bool known = url.starts_with("nats://");
    if (!known || url.find_first_of(" \t\r\n") != url.npos || url.ends_with("//")) {
      refuse("NATS_URL", urls, "each server must look like nats://host:4222, commas between them");
    }
    start = comma + 1;
  }
}

std::size_t read_connections() {
  const std::string text = variable("WEIR_DATABASE_CONNECTIONS");
  if (text.empty()) return connections_default;
  std::size_t count = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = failure == std::errc() && end == text.data() + text.size();
  if (!whole || count == 0 || count > connections_max) {
    refuse("WEIR_DATABASE_CONNECTIONS", text, "it must be a number from 1 to 200");
  }
  return count;
}

}  // namespace

std::string masked_url(std::string url) {
  for (std::size_t at = url.find("://"); at != url.npos; at = url.find("://", at + 3)) {
    const std::size_t start = at + 3;
    const std::size_t end = std::min(url.find_first_of("/,", start), url.size());
    const std::size_t sign = url.rfind('@', end);
    if (sign == url.npos || sign < start) continue;
    const std::size_t colon = url.find(':', start);
    const std::size_t secret = colon < sign ? colon + 1 : start;
    url.replace(secret, sign - secret, "***");
  }
  return url;
}

environment read_environment() {
  environment found;
  found.nats_url = variable("NATS_URL");
  if (found.nats_url.empty()) found.nats_url = "nats://127.0.0.1:4222";
  check_nats_urls(found.nats_url);
  found.database_url = variable("DATABASE_URL");
  const bool is_url = found.database_url.find("://") != std::string::npos;
  if (is_url && !found.database_url.starts_with("postgres://") &&
      !found.database_url.starts_with("postgresql://")) {
    refuse("DATABASE_URL", found.database_url,
           "it must look like postgresql://user:password@host:5432/database");
  }
  found.database_connections = read_connections();
  return found;
}

}  // namespace weir
