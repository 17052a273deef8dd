// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "weir/clock.hpp"
#include "weir/task.hpp"

namespace weir {

/// Tells the supervisor how the service is, by systemd's notify protocol (sd_notify(3)).
///
/// The state goes as one datagram to the Unix socket that NOTIFY_SOCKET names; without that
/// variable nothing happens. Lines such as "READY=1", "STOPPING=1", "STATUS=waiting for
/// PostgreSQL".
void notify_supervisor(std::string_view state) noexcept;

/// Whether there is one to tell.
bool has_supervisor() noexcept;

/// Within which time the supervisor wants a sign of life, by WATCHDOG_USEC and WATCHDOG_PID as
/// systemd sets them for a unit with WatchdogSec=; nothing where it wants none, or wants it from
/// another process.
std::optional<duration> supervisor_patience() noexcept;

/// Gives that sign, "WATCHDOG=1", twice in that time, from a task of the current loop: a loop that
/// a task holds for good falls silent, and the supervisor starts the program anew. Ends when
/// cancelled; at once where no sign is wanted.
task<> feed_supervisor();

}  // namespace weir
