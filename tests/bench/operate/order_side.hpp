// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "side.hpp"

namespace weir::bench {

/// A variant of the order-processor that is here for its name and its program.
struct variant {
  std::string name;
  std::string path;
};

/// NAME=PATH of each. Throws for one without a name or a path.
std::vector<variant> read_variants(const std::vector<std::string>& named);

/// The variant, started with these variables; `command` runs before its path where it is not empty.
side side_of(const variant& which, const std::string& as, std::vector<std::string> variables,
             std::vector<std::string> command = {});

}  // namespace weir::bench
