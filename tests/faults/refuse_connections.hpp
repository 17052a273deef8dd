// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace weir::test {

/// Stands in for a server that is down, and counts: accepts `count` connections to the port on
/// 127.0.0.1, resets each at once, and returns. Blocks; fails the test when they do not come.
void refuse_connections(std::uint16_t port, int count);

}  // namespace weir::test
