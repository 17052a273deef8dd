// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "servers/nats_server.hpp"

namespace weir::test {

/// What `nsc` makes: an operator with one account, whose users log in with creds files.
class operator_mode {
 public:
  operator_mode();

  /// A server that trusts the operator and knows its account, which may use JetStream.
  servers::nats_server_options server_options() const;
  /// The text of a creds file of a user of the account; `expires_at` in seconds since 1970, none:
  /// never. `permissions` is JSON of what it may not: `"pub":{"deny":["secret.>"]}`.
  std::string creds(std::optional<std::int64_t> expires_at = std::nullopt,
                    const std::string& permissions = "") const;

 private:
  std::string operator_seed_;
  std::string account_seed_;
  std::string system_seed_;
};

}  // namespace weir::test
