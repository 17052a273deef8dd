// SPDX-License-Identifier: Apache-2.0
#include "statistics.hpp"

#include <sys/resource.h>

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

std::string service_statistics::to_json(std::string_view driver) const {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return json::encode(summary{
      .driver = std::string(driver),
      .processed = processed,
      .redelivered = redelivered,
      .duplicates_skipped = duplicates_skipped,
      .outdated_skipped = outdated_skipped,
      .expired = expired,
      .retried = retried,
      .dead_lettered = dead_lettered,
      .discarded = discarded,
      .given_back = given_back,
      .published = published,
      .duplicates_refused = duplicates_refused,
      .answered = answered,
      .refused = refused,
      .p50_ms = milliseconds(latency.quantile(0.5)),
      .p99_ms = milliseconds(latency.quantile(0.99)),
      .cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime),
      .peak_memory_kib = usage.ru_maxrss,
  });
}

}  // namespace weir::detail
