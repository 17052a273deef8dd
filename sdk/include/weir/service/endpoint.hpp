// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "weir/clock.hpp"

namespace weir {

/// How a service answers the requests of one responder. A value; each setter returns it.
///
///     .on<quote>(weir::endpoint("quote").workers(16).deadline(2s))
///
/// All programs of a service share the requests: each goes to one of them (the queue group "q").
/// `nats micro` and other clients find the endpoint by `$SRV.PING`, `$SRV.INFO` and `$SRV.STATS`.
class endpoint {
 public:
  static constexpr std::size_t workers_max = 4096;
  /// How many requests may wait for a worker; more are answered with 503 at once.
  static constexpr std::size_t waiting_max = 1024;

  /// `name` is the endpoint's among those of its service: letters, digits, `-` and `_`, or it
  /// throws `invalid_argument`.
  explicit endpoint(std::string name);

  /// How many requests are handled at the same time.
  endpoint& workers(std::size_t count);
  /// How long a request may take from when it came, its wait for a worker and its SQL included;
  /// then it is cancelled, and answered as failed. Shorter than the five seconds for which ask()
  /// waits, unless it is said otherwise, so that an answer comes.
  endpoint& deadline(duration limit);

  /// What is done with a request, one line for each policy; `has_database` says whether the
  /// responder has one.
  std::string describe(bool has_database) const;

  const std::string& name() const noexcept { return name_; }
  std::size_t workers() const noexcept { return workers_; }
  duration deadline() const noexcept { return deadline_; }

 private:
  std::string name_;
  std::size_t workers_ = 64;
  duration deadline_ = std::chrono::seconds(4);
};

}  // namespace weir
