// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "weir/observe/tracer_settings.hpp"
#include "weir/task.hpp"

namespace weir {

/// What became of the spans of a tracer.
struct trace_statistics {
  std::uint64_t exported = 0;  ///< Taken by the collector.
  std::uint64_t rejected = 0;  ///< Refused by it, of those that it got.
  /// Lost: the oldest where too many waited, and those of posts that were given up.
  std::uint64_t dropped = 0;
};

/// Records the spans of its thread, and sends them to a collector (OTLP over HTTP, as JSON).
///
///     weir::tracer tracer(weir::read_trace_environment("shop"));
///     tracer.start();
///     ...
///     co_await tracer.close(2s);
///
/// A service has one of its own. It is never in the way: spans wait in memory, `spans_max` at most,
/// where the oldest make room; one post of up to `batch_max` is under way at a time, a second after
/// the first of them has ended or when there are so many. A post that fails is tried again only
/// where the collector may take it later: after an error of the connection and the answers 429,
/// 502, 503 and 504, with growing waits and no sooner than its Retry-After says, up to
/// `attempts_max` times; then its spans are dropped. That nothing gets through is logged once, and
/// again when it does.
///
/// With settings without an endpoint nothing is recorded, and all of this does nothing. One loop;
/// close() before it is destroyed.
class tracer {
 public:
  static constexpr std::size_t spans_max = 2048;
  static constexpr std::size_t batch_max = 256;
  static constexpr unsigned attempts_max = 5;

  /// Throws `invalid_argument` for an endpoint or a header that cannot be used. From here on spans
  /// of this thread are recorded.
  explicit tracer(tracer_settings settings);
  ~tracer();
  tracer(const tracer&) = delete;
  tracer& operator=(const tracer&) = delete;

  /// Begins to send.
  void start();
  /// Sends what is left, for so long at most; what is not sent then is dropped. It is not
  /// cancelled. Spans that end later are not recorded.
  task<> close(duration limit = std::chrono::seconds(2));

  bool is_recording() const noexcept { return inside_ != nullptr; }
  trace_statistics statistics() const noexcept;
  /// See trace_statistics::dropped.
  std::uint64_t spans_dropped() const noexcept { return statistics().dropped; }

 private:
  struct inside;
  std::unique_ptr<inside> inside_;  ///< Null where nothing is recorded.
};

}  // namespace weir
