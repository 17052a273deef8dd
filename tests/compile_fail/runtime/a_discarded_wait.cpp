// SPDX-License-Identifier: Apache-2.0
// error: nodiscard
#include "weir/channel.hpp"

void forget(weir::channel<int>& numbers) { numbers.send(1); }
