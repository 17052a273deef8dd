// SPDX-License-Identifier: Apache-2.0
// error: weir::json does not map this type
#include "weir/event/json.hpp"

struct order {
  char grade;
};
auto decoded = weir::json::decode<order>("{}");
