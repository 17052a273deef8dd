// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "weir/detail/name_cache.hpp"
#include "weir/socket_address.hpp"
#include "weir/task.hpp"

namespace weir {

/// The addresses of a host, in the order in which to try them; at least one.
///
/// A name is looked up on a helper thread (see blocking()), an address in numbers at once. What was
/// found is kept for `resolved_name_kept` on this loop, of at most `resolved_names_max` names; a
/// failure is not. Those who ask for a name at the same time share one look-up. Throws `not_found`
/// for a name that does not exist and `unavailable` where the look-up failed, both to be retried:
/// names come and go.
task<std::vector<socket_address>> resolve(std::string host, std::uint16_t port);

}  // namespace weir
