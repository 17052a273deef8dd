// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace weir::scaffold {

/// The name of a new service, and what is called after it.
struct project_name {
  std::string name;    ///< "shop-floor": of the program, its consumer and its subjects.
  std::string stream;  ///< "SHOP_FLOOR"
};

/// Throws `invalid_argument` for what is not 2 to 40 of a-z, 0-9 and single hyphens, with a letter
/// first and no hyphen last: it becomes a subject, a consumer and a Kubernetes name.
project_name parse_project_name(const std::string& name);

}  // namespace weir::scaffold
