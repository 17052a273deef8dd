// SPDX-License-Identifier: Apache-2.0
// error: Cannot format an argument
#include <fmt/format.h>

#include "weir/config/secret.hpp"

std::string misuse(const weir::secret<std::string>& key) { return fmt::format("{}", key); }
