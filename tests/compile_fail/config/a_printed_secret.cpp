// SPDX-License-Identifier: Apache-2.0
// error: deleted
#include <iostream>

#include "weir/config/secret.hpp"

void misuse(const weir::secret<std::string>& key) { std::cout << key; }
