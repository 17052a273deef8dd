// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace weir::servers {

/// One message between a guard and the program that started it: fields separated by NUL, one
/// message a datagram of a SOCK_SEQPACKET pair.
///   to the guard:   run, stop signal, uid, gid, log file, program, arguments...
///                   signal, number       (to the program)
///                   signal_tree, number  (to the program and its children)
///   from the guard: started, pid         (the program runs, or is about to fail in its log)
///                   ended, wait status   (the program and everything that it started are gone)
using guard_message = std::vector<std::string>;

constexpr std::size_t guard_message_bytes = std::size_t{32} * 1024;

/// The descriptor on which a guard finds its end of the pair.
constexpr int guard_control_fd = 3;

/// The argument behind the directory of a guard that keeps it.
constexpr const char* guard_keeps = "keep";

/// False when the other side is gone.
bool send_message(int socket, const guard_message& message);

/// Waits for the next message; none when the other side is gone.
std::optional<guard_message> receive_message(int socket);

}  // namespace weir::servers
