// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "console.hpp"
#include "interruption.hpp"
#include "private_servers.hpp"
#include "project.hpp"
#include "surroundings.hpp"
#include "weir/task.hpp"

namespace weir::dev {

/// Builds a project and runs its program, builds and starts it anew upon each change of its
/// sources, and shows what it says and what passes over NATS, until `stop` is wanted: then it
/// drains the program. A build that fails leaves the program that runs as it is. `wanted` is the
/// program's name, as for choose_program(); `own` are the servers of `around`. Drains the program,
/// too, and throws, when one of them ends by itself. Throws what cannot be mended by a change of
/// the sources.
task<> develop(project in, std::string wanted, private_servers& own, surroundings around,
               tools::interruption& stop, console& out);

}  // namespace weir::dev
