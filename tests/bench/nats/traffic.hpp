// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cpu_time.hpp"
#include "measurement.hpp"
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

/// What a run cost.
struct cost {
  double figure = 0;  ///< messages a second; of questions the median time to the answer, in us
  double cpu_us = 0;  ///< of the client's process, a message
};

/// Measures from its making on, the whole process: a client library may have threads of its own.
class stopwatch {
 public:
  cost of(std::uint64_t messages) const {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began_;
    const auto count = static_cast<double>(messages);
    return {.figure = count / elapsed.count(), .cpu_us = cpu_us(count)};
  }
  /// The same of questions, each of which took one of `round_trips_us`.
  cost of_questions(std::vector<double> round_trips_us) const {
    const auto count = static_cast<double>(round_trips_us.size());
    const double cpu = cpu_us(count);
    return {.figure = median_of(std::move(round_trips_us)), .cpu_us = cpu};
  }
  double elapsed_us() const {
    const std::chrono::duration<double, std::micro> elapsed =
        std::chrono::steady_clock::now() - began_;
    return elapsed.count();
  }

 private:
  double cpu_us(double count) const { return (process_cpu_ns() - cpu_) / 1000 / count; }

  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  double cpu_ = process_cpu_ns();
};

}  // namespace weir::bench
