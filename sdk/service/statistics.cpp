// SPDX-License-Identifier: Apache-2.0
#include "statistics.hpp"

#include <sys/resource.h>

#include "service_families.hpp"
#include "weir/event/json.hpp"

namespace weir::detail {
namespace {

/// The form of the line; its names are what tools read.
struct summary {
  std::string driver;
  std::uint64_t processed, redelivered, duplicates_skipped, outdated_skipped, expired, retried,
      dead_lettered, discarded, given_back, published;
  std::uint64_t duplicates_refused, answered, refused;
  double p50_ms, p99_ms, cpu_seconds;
  std::int64_t peak_memory_kib;
};

double milliseconds(duration value) {
  return std::chrono::duration<double, std::milli>(value).count();
}

double seconds(const timeval& value) {
  return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_usec) / 1e6;
}

}  // namespace

handler_durations::handler_durations(std::string_view handler)
    : success(metrics_of_services().handler_duration.with({handler, "success"})),
      failure(metrics_of_services().handler_duration.with({handler, "failure"})),
      outage(metrics_of_services().handler_duration.with({handler, "outage"})),
      skipped(metrics_of_services().handler_duration.with({handler, "skipped"})) {}

consumer_statistics::consumer_statistics(std::string_view stream, std::string_view consumer)
    : durations(consumer), age(metrics_of_services().age.with({stream, consumer})) {
  const service_families& all = metrics_of_services();
  const auto count = [&](const counter_family& in, auto&... cells) {
    (parts_.emplace_back(in.with({stream, consumer}).series(), cells), ...);
  };
  count(all.fetched, fetched);
  count(all.acked, processed, duplicates_skipped, outdated_skipped);
  count(all.nacked, put_off, given_back);
  count(all.terminated, dead_lettered, discarded, expired);
  count(all.in_progress, renewed);
  count(all.redelivered, redelivered);
  count(all.dead_lettered, dead_lettered, given_up_by_server);
  count(all.duplicate, duplicates_skipped);
  count(all.outdated, outdated_skipped);
  count(all.expired, expired);
  count(all.invalid, invalid);
  count(all.discarded, discarded);
  parts_.emplace_back(all.retry.with({consumer}).series(), retried);
  parts_.emplace_back(all.published.with({consumer}).series(), published);
  parts_.emplace_back(all.published_before.with({consumer}).series(), duplicates_refused);
}

responder_statistics::responder_statistics(std::string_view endpoint) : durations(endpoint) {
  const service_families& all = metrics_of_services();
  parts_.emplace_back(all.answered.with({endpoint}).series(), answered);
  parts_.emplace_back(all.refused.with({endpoint}).series(), refused);
  parts_.emplace_back(all.published.with({endpoint}).series(), published);
}

std::uint64_t service_statistics::sum(metric_cell consumer_statistics::* of) const noexcept {
  std::uint64_t all = 0;
  for (const auto& one : consumers) all += (one.*of).value();
  return all;
}

std::uint64_t service_statistics::sum(metric_cell responder_statistics::* of) const noexcept {
  std::uint64_t all = 0;
  for (const auto& one : responders) all += (one.*of).value();
  return all;
}

std::string service_statistics::to_json(std::string_view driver) const {
  using of = consumer_statistics;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  histogram latency;
  for (const auto& one : consumers) latency.add(one.latency);
  return json::encode(summary{
      .driver = std::string(driver),
      .processed = sum(&of::processed),
      .redelivered = sum(&of::redelivered),
      .duplicates_skipped = sum(&of::duplicates_skipped),
      .outdated_skipped = sum(&of::outdated_skipped),
      .expired = sum(&of::expired),
      .retried = sum(&of::retried),
      .dead_lettered = sum(&of::dead_lettered) + sum(&of::given_up_by_server),
      .discarded = sum(&of::discarded),
      .given_back = sum(&of::given_back),
      .published = sum(&of::published) + sum(&responder_statistics::published),
      .duplicates_refused = sum(&of::duplicates_refused),
      .answered = sum(&responder_statistics::answered),
      .refused = sum(&responder_statistics::refused),
      .p50_ms = milliseconds(latency.quantile(0.5)),
      .p99_ms = milliseconds(latency.quantile(0.99)),
      .cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime),
      .peak_memory_kib = usage.ru_maxrss,
  });
}

}  // namespace weir::detail
