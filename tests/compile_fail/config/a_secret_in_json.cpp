// SPDX-License-Identifier: Apache-2.0
// error: weir::json does not map this type
#include "weir/config/secret.hpp"
#include "weir/event/json.hpp"

struct Login {
  std::string user;
  weir::secret<std::string> password;
};

std::string misuse(const Login& login) { return weir::json::encode(login); }
