// SPDX-License-Identifier: Apache-2.0
// error: two fields of this struct have one name in JSON
#include "weir/event/json.hpp"

struct order {
  int order_id;
  int orderId;
};
template <>
inline constexpr auto weir::json_names<order> = weir::name_style::camel_case;
std::string text = weir::json::encode(order{});
