// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace weir::nats {

/// Who a connection says that it is. What a URL says of a server goes before this.
///
/// At most one way: user and password, or token, or nkey, or creds file (`invalid_argument`
/// otherwise). Files are read at each attempt to connect, so that a secret which was changed is
/// taken up; a line end behind a secret is no part of it. A file that cannot be read fails the
/// attempt, not the connection.
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
};

}  // namespace weir::nats
