// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "otlp_client.hpp"
#include "trace_core.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/observe/tracer.hpp"

namespace weir::detail {

/// Sends the spans of a core to a collector, one post after the other, and keeps count.
class otlp_exporter {
 public:
  otlp_exporter(const tracer_settings& settings, trace_core& from);

  /// Sends what there is, as it comes; ends when it was told to and nothing is left.
  task<> run();
  /// Tells it to end: waits are cut short, and nothing is tried a second time.
  void finish() noexcept { finishing_.set(); }

  /// Without those that the core has dropped.
  const trace_statistics& statistics() const noexcept { return statistics_; }
  /// Counts what is left as dropped.
  void give_up_rest();

 private:
  /// What became of one attempt.
  struct outcome {
    enum class kind : unsigned char { taken, refused, later };
    kind what = kind::taken;
    std::string why = {};    ///< Of those that are not taken.
    duration wait_min = {};  ///< What the collector wants.
    std::uint64_t rejected = 0;
  };

  task<> gather();
  task<> send(trace_core::batch batch);
  task<std::string> encode(const trace_core::batch& batch);
  task<outcome> attempt(const std::string& body);
  outcome read(const otlp_answer& answer) const;
  /// False where it is told to end.
  task<bool> pause(duration wait);
  void drop(std::size_t spans);
  void tell_of_failure(const std::string& why);
  void tell_of_success();

  trace_core& from_;
  otlp_client client_;
  std::string begin_;
  duration timeout_;
  manual_reset_event finishing_;
  trace_statistics statistics_;
  std::size_t in_hand_ = 0;  ///< Spans of the post that is under way.
  bool is_told_ = false;     ///< That it takes nothing.
  time_point silent_until_ = time_point::min();
};

}  // namespace weir::detail
