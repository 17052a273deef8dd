// SPDX-License-Identifier: Apache-2.0
// error: weir::secret<std::
#include "weir/config/secret.hpp"

bool misuse(const weir::secret<std::string>& one, const weir::secret<std::string>& other) {
  return one < other;
}
