// SPDX-License-Identifier: Apache-2.0
// error: weir: a setting is a bool, number, string, enum class, duration, byte_size, secret
#include "weir/service/service.hpp"

struct shop_settings {
  const char* name = "shop";
};

void misuse(weir::service& with) { with.settings<shop_settings>("shop"); }
