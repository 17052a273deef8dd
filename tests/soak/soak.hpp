// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "account.hpp"
#include "faults.hpp"

namespace weir::soak {

struct soak_options {
  std::uint64_t messages = 10'000'000;
  duration fault_every = std::chrono::seconds(10);
  std::uint64_t seed = 1;
  /// Told of the number of handled messages, now and then.
  std::function<void(std::uint64_t handled)> on_progress = {};
};

struct soak_result {
  explicit soak_result(std::uint64_t messages) : of(messages) {}

  account of;
  std::array<std::uint64_t, fault_kinds> faults{};
  double seconds = 0;  ///< the faults included
  std::uint64_t reconnects = 0;
  std::string server_version;

  bool is_right() const { return of.lost() == 0 && of.confirmed.size() == of.messages; }
};

/// Publishes and consumes `messages` messages over one connection to a private nats-server at the
/// same time, through faults. The stream keeps what may be unhandled and not much more, so that
/// neither the disk nor the server's memory fill.
task<soak_result> run_soak(soak_options options);

}  // namespace weir::soak
