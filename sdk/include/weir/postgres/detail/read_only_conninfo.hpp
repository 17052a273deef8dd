// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace weir::postgres::detail {

/// The same database, in sessions where the server refuses what writes. Throws as pool does for a
/// string that can never connect.
std::string read_only_conninfo(const std::string& conninfo);

}  // namespace weir::postgres::detail
