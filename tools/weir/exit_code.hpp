// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weir::tools {

/// What the command tells its caller; each command's help says when 1 is.
inline constexpr int exit_good = 0;      ///< all is done, or as it should be
inline constexpr int exit_findings = 1;  ///< it ran, and found something wrong or left something
inline constexpr int exit_usage = 2;     ///< a wrong command line or environment
inline constexpr int exit_failed = 3;    ///< a server could not be reached, or refused

}  // namespace weir::tools
