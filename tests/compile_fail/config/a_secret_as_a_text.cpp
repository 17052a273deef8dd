// SPDX-License-Identifier: Apache-2.0
// error: weir::secret<std::
#include "weir/config/secret.hpp"

std::string misuse(const weir::secret<std::string>& key) { return key; }
