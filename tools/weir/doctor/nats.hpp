// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "finding.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::doctor {

/// A stream and what reads it.
struct stream_facts {
  nats::stream_info info;
  std::vector<nats::consumer_info> consumers = {};
};

/// What a server's monitoring page tells; empty fields: it does not.
struct monitor_facts {
  std::optional<duration> sync_interval = {};
  std::optional<bool> sync_always = {};
  std::optional<duration> clock_ahead = {};  ///< of ours
};

/// What a nats-server and an account say about themselves.
struct nats_facts {
  std::string url;  ///< without its password
  nats::server_info server;
  std::optional<nats::account_info> account = {};
  std::string account_failure = {};  ///< why there is none
  std::vector<stream_facts> streams = {};
  bool has_more_streams = false;  ///< than were looked at
  std::optional<monitor_facts> monitor = {};
  std::string monitor_failure = {};  ///< why there is none, where one was asked for
};

/// Asks the server; at most 1,000 streams. `monitor` is the address of its monitoring page,
/// "http://127.0.0.1:8222", or empty.
task<nats_facts> look_at_nats(nats::connection& over, std::string url, std::string monitor);

/// Reads /varz. `asked_at` is our time in the middle of the question.
monitor_facts read_varz(std::string_view body, timestamp asked_at);

findings judge(const nats_facts& seen);

/// How long a message of a consumer may come again: its waits added up. Nothing without a bound.
std::optional<duration> retry_horizon(const nats::consumer_info& of);

}  // namespace weir::doctor
