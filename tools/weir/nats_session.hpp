// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "interruption.hpp"
#include "weir/config/nats_settings.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/task.hpp"

namespace weir::tools {

/// What a command does with its connection. Called once and kept until the end.
using session_body = std::function<task<int>(nats::jetstream, interruption&)>;
/// The same for one that needs more of the connection than JetStream.
using connection_body = std::function<task<int>(nats::connection&, interruption&)>;

/// What the environment says of the servers, who logs in and TLS, as it does for services; with
/// `given` in place of its URL, unless that is empty. Throws a permanent `invalid_argument`.
nats_settings nats_servers(const std::string& given);

/// How a session treats SIGINT and SIGTERM.
enum class on_signal : unsigned char {
  end,   ///< The process ends at once.
  stop,  ///< The first one is told to the body, the second ends the process.
};

/// Connects, runs `body` on a loop of its own, closes, and gives what `body` gives. Throws
/// `unavailable` with the reason where no server answers.
int run_nats_session(const nats_settings& servers, on_signal signals, const session_body& body);
int run_nats_connection(const nats_settings& servers, on_signal signals,
                        const connection_body& body);

}  // namespace weir::tools
