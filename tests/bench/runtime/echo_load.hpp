// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <thread>

namespace weir::bench {

inline constexpr int echo_connections = 64;
inline constexpr int echo_requests = 300'000;
inline constexpr int echo_bytes = 64;  // of a request and its answer

/// Asks a server on 127.0.0.1, from a thread of its own: each connection sends a request, waits for
/// the answer and sends the next. All are closed after `echo_requests`; the end joins.
class echo_load {
 public:
  explicit echo_load(std::uint16_t port) : thread_([port] { run(port); }) {}
  ~echo_load() { thread_.join(); }

 private:
  static void run(std::uint16_t port);

  std::thread thread_;
};

}  // namespace weir::bench
