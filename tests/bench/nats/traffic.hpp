// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "stopwatch.hpp"
#include "weir/nats/stream_config.hpp"

namespace weir::bench {

/// What every side does in the same way, so that nothing but the client differs.
inline constexpr const char* stream_name = "BENCH";
inline constexpr const char* stream_subject = "bench.events";
inline constexpr const char* consumer_name = "worker";
inline constexpr const char* core_subject = "core.events";
inline constexpr const char* answering_subject = "core.questions";
inline constexpr const char* feed_subject = "core.feed";
inline constexpr const char* ready_subject = "core.ready";  // says that feed_subject is subscribed
inline constexpr std::uint64_t messages_ahead = 1000;       // asked for and not acknowledged yet
inline constexpr std::uint64_t publish_window = 4096;       // sent and not confirmed yet
inline constexpr std::uint64_t core_turn = 512;             // published before a writer may be idle

/// The messages of one run.
struct traffic {
  nats::storage_type storage = nats::storage_type::file;
  std::size_t bytes = 128;
  std::uint64_t messages = 0;
};

/// A server for all sides.
struct bench_server {
  std::string url;
  std::uint16_t port = 0;
};

}  // namespace weir::bench
