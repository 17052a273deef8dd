// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

namespace weir::http {

/// What the head of a request says, as far as this server is concerned. The texts are parts of the
/// head's bytes.
struct request_head {
  std::string_view method = {};
  std::string_view path = {};   ///< Begins with a slash.
  std::string_view query = {};  ///< Without the question mark.
  bool is_1_0 = false;
  std::optional<std::string_view> host = {};  ///< As it came, with a port or without.
  std::string_view accept = {};
  std::size_t body_bytes = 0;  ///< Content-Length.
  bool closes = false;         ///< No further request comes on this connection.
  bool expects_continue = false;
  /// A proxy or a browser has sent it for somebody else: there is Origin, Forwarded or
  /// X-Forwarded-For.
  bool is_for_another = false;
};

/// Why a request is not answered by a page; the connection is closed then, because nobody knows
/// where the next request begins.
struct refused_request {
  int status;
  std::string_view why;
};

/// How far the head goes that `bytes` begin with.
struct head_scan {
  std::size_t end = 0;        ///< Behind its empty line; 0 while that is not there.
  bool is_malformed = false;  ///< What is there can never be a head.
};

/// Looks for the end of a head, given that there is none in the first `scanned` bytes. Every line
/// must end with CR and LF, and no other control character but a tab may be in it: bytes that are
/// not HTTP, a TLS handshake for one, are found out at the first of them.
head_scan scan_head(std::string_view bytes, std::size_t scanned) noexcept;

/// Reads a whole head, from its request line to its empty line, both included, by the letter of
/// RFC 9112. Whatever two readers could understand differently is refused.
std::variant<request_head, refused_request> parse_head(std::string_view head) noexcept;

}  // namespace weir::http
