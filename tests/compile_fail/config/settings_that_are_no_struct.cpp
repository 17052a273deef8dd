// SPDX-License-Identifier: Apache-2.0
// error: weir: settings are a plain struct, whose fields are the keys of its section
#include "weir/service/service.hpp"

void misuse(weir::service& with) { with.settings<std::string>("shop"); }
