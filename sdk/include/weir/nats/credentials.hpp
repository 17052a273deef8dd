// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "weir/task.hpp"

namespace weir::nats {

/// What a connection answers a server that asks who it is; what is empty is not said.
struct login_answer {
  std::string user = {};
  std::string password = {};
  std::string token = {};
  std::string jwt = {};
  /// A public key, "U...".
  std::string nkey = {};
  /// Of the server's challenge by the nkey, or by that of the JWT: base64 for URLs, no padding.
  std::string signature = {};
};

/// Who a connection says that it is. What a URL says of a server goes before this.
///
/// At most one way: user and password, or token, or nkey, or creds file, or an answer of the
/// program's own (`invalid_argument` otherwise). Files are read at each attempt to connect, so that
/// a secret which was changed is taken up; a line end behind a secret is no part of it. A file that
/// cannot be read fails the attempt, not the connection.
struct credentials {
  std::string user = {};
  std::string password = {};
  std::string password_file = {};
  std::string token = {};
  std::string token_file = {};
  /// A file with the seed of an nkey, "SUA...".
  std::string nkey_seed_file = {};
  /// A file as `nsc` writes it, with a user's JWT and the seed of its nkey.
  std::string creds_file = {};
  /// Answers at each attempt to connect, within its time: for secrets in a vault, and for keys that
  /// do not leave their hardware. `challenge` is what the server wants signed; empty where it wants
  /// no signature. What it throws fails the attempt, not the connection.
  std::function<task<login_answer>(std::string challenge)> answer = {};
};

}  // namespace weir::nats
