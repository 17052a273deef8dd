// SPDX-License-Identifier: Apache-2.0
// error: weir::json does not map this type
#include "weir/event/json.hpp"

struct order {
  int* amount;
};
std::string text = weir::json::encode(order{});
