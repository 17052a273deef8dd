// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "weir/socket_address.hpp"
#include "weir/task.hpp"

namespace weir {

/// The addresses of a host, in the order in which to try them; at least one.
///
/// A name is looked up on a helper thread (see blocking()), an address in numbers at once. Throws
/// `not_found` for a name that does not exist and `unavailable` where the look-up failed, both to
/// be retried: names come and go.
task<std::vector<socket_address>> resolve(std::string host, std::uint16_t port);

}  // namespace weir
