// SPDX-License-Identifier: Apache-2.0
// error: weir::secret<std::
#include "weir/config/secret.hpp"
#include "weir/observe/log.hpp"

void misuse(const weir::secret<std::string>& key) { weir::log_info(key); }
