// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "weir/observe/detail/metric_part.hpp"
#include "weir/observe/histogram.hpp"
#include "weir/observe/histogram_metric.hpp"

namespace weir::detail {

/// How long the tries of one handler took, by how they ended.
struct handler_durations {
  explicit handler_durations(std::string_view handler);

  histogram_metric success;
  histogram_metric failure;
  histogram_metric outage;   ///< A server was away.
  histogram_metric skipped;  ///< It was handled before, or is outdated.
};

/// What one consumer has done since it was made. Each is the one count there is: what is exported
/// as metrics, and what a service reports at its end, read it.
struct consumer_statistics {
  consumer_statistics(std::string_view stream, std::string_view consumer);

  metric_cell fetched;             ///< Deliveries taken in hand.
  metric_cell redelivered;         ///< Of these: not the first of their message.
  metric_cell processed;           ///< Messages handled, committed and acknowledged.
  metric_cell duplicates_skipped;  ///< Messages that came again and had been handled.
  metric_cell outdated_skipped;    ///< Messages with a version that was not newer.
  metric_cell expired;             ///< Messages ended since they were too old.
  metric_cell invalid;             ///< Deliveries that were no such event.
  metric_cell retried;             ///< Failures after which it is tried again, here or later.
  metric_cell put_off;             ///< Messages given back after a failure.
  metric_cell dead_lettered;       ///< Messages given up, with their cause.
  metric_cell given_up_by_server;  ///< The same by the server.
  metric_cell discarded;           ///< Messages ended by a rule, without a dead letter.
  metric_cell given_back;          ///< Messages returned unhandled.
  metric_cell renewed;             ///< Times that the server was told to wait on.
  metric_cell published;           ///< Events published and confirmed.
  metric_cell duplicates_refused;  ///< Of these: the stream had them already.
  histogram latency;               ///< From a message's storage to its acknowledgement.
  const handler_durations durations;
  const histogram_metric age;  ///< From a message's storage to the start of its handler.

 private:
  std::vector<metric_part> parts_;  // End before what they count.
};

/// The same of an endpoint.
struct responder_statistics {
  explicit responder_statistics(std::string_view endpoint);

  metric_cell answered;   ///< Requests answered with a reply.
  metric_cell refused;    ///< Requests answered with an error.
  metric_cell published;  ///< Events published and confirmed.
  const handler_durations durations;

 private:
  std::vector<metric_part> parts_;
};

/// What a service has done since its start.
struct service_statistics {
  std::deque<consumer_statistics> consumers;
  std::deque<responder_statistics> responders;

  /// Of all consumers together.
  std::uint64_t sum(metric_cell consumer_statistics::* of) const noexcept;
  /// Of all endpoints.
  std::uint64_t sum(metric_cell responder_statistics::* of) const noexcept;
  /// One line of JSON: the loop's driver, the counts, latencies in milliseconds, CPU and peak
  /// memory of the process.
  std::string to_json(std::string_view driver) const;
};

}  // namespace weir::detail
