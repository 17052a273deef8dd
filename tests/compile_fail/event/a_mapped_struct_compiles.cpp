// SPDX-License-Identifier: Apache-2.0
// compiles
#include "weir/event/json.hpp"

struct order {
  weir::uuid order_id;
  std::vector<std::optional<double>> prices;
};
std::string text = weir::json::encode(order{});
auto decoded = weir::json::decode<order>(text);
