// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "console.hpp"
#include "servers/private_server.hpp"
#include "weir/task.hpp"

namespace weir::dev {

/// Suspends until the server has ended, which nobody asked it for. Shows how it ended and the last
/// lines of its log, and throws a permanent `unavailable` with the remedy. `name` is for people.
/// Nobody else may wait for the server's end meanwhile; cancelled, it has changed nothing.
task<> watch_server(servers::private_server& watched, std::string name, console& out);

}  // namespace weir::dev
