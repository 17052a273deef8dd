// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace weir {

/// Tells the supervisor how the service is, by systemd's notify protocol (sd_notify(3)).
///
/// The state goes as one datagram to the Unix socket that NOTIFY_SOCKET names; without that
/// variable nothing happens. Lines such as "READY=1", "STOPPING=1", "STATUS=waiting for
/// PostgreSQL".
void notify_supervisor(std::string_view state) noexcept;

}  // namespace weir
