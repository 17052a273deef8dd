// SPDX-License-Identifier: Apache-2.0
#include "otlp_endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "weir/error.hpp"

namespace weir::detail {
namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::size_t url_bytes_max = 2048;

bool is_visible(char c) { return c > ' ' && c <= '~'; }

/// Of the name of a header (RFC 9110, "token").
bool is_of_token(char c) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         others.find(c) != others.npos;
}

bool is_of_host(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == '-' || c == '_' || c == ':';
}

[[noreturn]] void refuse(std::string_view from, std::string_view text) {
  throw error(errc::invalid_argument, disposition::permanent, fmt::format("{} {}", from, text));
}

std::uint16_t read_port(std::string_view from, std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure == std::errc() && end == text.data() + text.size() && port > 0) return port;
  refuse(from, "has a port that is none; it must be a number from 1 to 65535");
}

}  // namespace

otlp_endpoint read_otlp_endpoint(std::string_view from, std::string_view url) {
  constexpr std::string_view http = "http://";
  if (url.starts_with("https://")) {
    refuse(from,
           "begins with https://, which weir does not speak to collectors; let one on this machine "
           "(an OpenTelemetry Collector, http://127.0.0.1:4318) take the spans, and send them on "
           "encrypted");
  }
  const bool is_plain = std::ranges::all_of(url, is_visible) && url.size() <= url_bytes_max;
  if (!url.starts_with(http) || !is_plain) {
    refuse(from, "is no URL of a collector; it must look like http://127.0.0.1:4318");
  }
  url.remove_prefix(http.size());
  const std::size_t end = std::min(url.find_first_of("/?#"), url.size());
  otlp_endpoint read{.host = {}, .port = http_port, .authority = {}, .target = {}};
  read.authority = url.substr(0, end);
  read.target = url.substr(end, url.find('#') - end);
  if (!read.target.starts_with('/')) read.target.insert(0, "/");
  std::string_view host = read.authority;
  if (host.find('@') != host.npos) {
    refuse(from,
           "has a user or a password in it; what the collector wants to know belongs into "
           "OTEL_EXPORTER_OTLP_HEADERS");
  }
  const bool is_bracketed = host.starts_with('[');
  const std::size_t host_end = is_bracketed ? host.find(']') : host.find(':');
  std::string_view rest = host_end == host.npos ? "" : host.substr(host_end + is_bracketed);
  if (is_bracketed && host_end == host.npos) refuse(from, "has a [ without its ]");
  host = host.substr(is_bracketed, host_end - is_bracketed);
  if (host.empty() || !std::ranges::all_of(host, is_of_host)) {
    refuse(from, "names no host; it must look like http://127.0.0.1:4318");
  }
  read.host = host;
  if (rest.empty()) return read;
  if (!rest.starts_with(':')) refuse(from, "has something else than a port behind its host");
  read.port = read_port(from, rest.substr(1));
  return read;
}

void check_otlp_headers(const tracer_settings::pairs& headers) {
  const auto is_of_value = [](char c) { return c == '\t' || (c >= ' ' && c != '\x7f') || c < 0; };
  for (const auto& [name, value] : headers) {
    const bool is_name = !name.empty() && std::ranges::all_of(name, is_of_token);
    if (!is_name) refuse("a header of the span exporter", "has a name that none can have");
    if (std::ranges::all_of(value, is_of_value)) continue;
    refuse("a header of the span exporter",
           fmt::format("has a value with control characters: '{}'", name));
  }
}

}  // namespace weir::detail
