// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "transport.hpp"

namespace weir::nats::detail {

/// What a CONNECT line says about who connects, by the names of its fields.
struct login {
  std::optional<std::string> user;
  std::optional<std::string> pass;
  std::optional<std::string> auth_token;
  std::optional<std::string> jwt;
  std::optional<std::string> nkey;
  std::optional<std::string> sig;
  /// The same for an error text, without a secret: `user "orders"`, `the token`.
  std::string shown = "a connection without credentials";
};

/// Throws `invalid_argument` where more than one way to log in is named.
void check(const credentials& given);

/// Reads the files that hold secrets, and signs the server's nonce where that is the way. Throws
/// where a file cannot be read or does not hold what it should.
task<login> log_in(const server_address& server, const credentials& given, std::string nonce);

}  // namespace weir::nats::detail
