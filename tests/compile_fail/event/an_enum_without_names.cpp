// SPDX-License-Identifier: Apache-2.0
// error: this enum has no enumerator between 0 and 127
#include "weir/event/json.hpp"

enum class far { one = 1000 };
auto decoded = weir::json::decode<far>("1");
