// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "weir/observe/histogram.hpp"

namespace weir::detail {

/// What a service has done since its start; one loop, so no atomics.
struct service_statistics {
  std::uint64_t processed = 0;           ///< Messages handled, committed and acknowledged.
  std::uint64_t redelivered = 0;         ///< Of these and the failed ones: not the first delivery.
  std::uint64_t duplicates_skipped = 0;  ///< Messages that came again and had been handled.
  std::uint64_t outdated_skipped = 0;    ///< Messages with a version that was not newer.
  std::uint64_t expired = 0;             ///< Messages ended since they were too old.
  std::uint64_t retried = 0;             ///< Failures that the server will deliver again.
  std::uint64_t dead_lettered = 0;       ///< Messages given up, with their cause.
  std::uint64_t discarded = 0;           ///< Messages ended by a rule, without a dead letter.
  std::uint64_t given_back = 0;          ///< Messages returned unhandled at the end.
  std::uint64_t published = 0;           ///< Events published and confirmed.
  std::uint64_t duplicates_refused = 0;  ///< Of these: the stream had them already.
  std::uint64_t answered = 0;            ///< Requests answered with a reply.
  std::uint64_t refused = 0;             ///< Requests answered with an error.
  histogram latency;                     ///< From a message's storage to its acknowledgement.

  /// One line of JSON: the loop's driver, the counts, latencies in milliseconds, CPU and peak
  /// memory of the process.
  std::string to_json(std::string_view driver) const;
};

}  // namespace weir::detail
