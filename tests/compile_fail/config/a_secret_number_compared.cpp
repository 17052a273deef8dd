// SPDX-License-Identifier: Apache-2.0
// error: weir::secret<int>
#include "weir/config/secret.hpp"

bool misuse(const weir::secret<int>& one, const weir::secret<int>& other) { return one == other; }
