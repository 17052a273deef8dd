// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weir/clock.hpp"
#include "weir/task.hpp"

namespace weir::tools {

inline constexpr std::size_t http_page_bytes_max = std::size_t{16} << 20;

/// The parts of "http://host:port/path"; the port is 80 where none stands.
struct http_address {
  std::string host;
  std::uint16_t port = 80;
  std::string path = "/";
};

/// Reads one; nothing for other schemes, for a port that is none, and for bytes that would end a
/// line of the request.
std::optional<http_address> parse_http_address(std::string_view text);

/// The body behind an answer's head. Throws `protocol` for what is no answer and `unavailable` for
/// a status other than 200.
std::string body_of_answer(std::string_view answer, const std::string& url);

/// Asks for a page of a server without encryption, as /metrics and a server's monitoring are.
/// Throws `invalid_argument` for an address that is none, `unavailable` with the address where
/// nobody answers within `limit`, and `limit_exceeded` above http_page_bytes_max.
task<std::string> http_get(std::string url, duration limit);

}  // namespace weir::tools
