// SPDX-License-Identifier: Apache-2.0
// error: deleted
#include "weir/stream_operators.hpp"

auto halve(weir::stream<int>& numbers) { return numbers | weir::take(2); }
