// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "correlation.hpp"
#include "fault.hpp"
#include "interruption.hpp"
#include "publish/body_template.hpp"
#include "stress_report.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::tools {

struct load_request {
  std::string subject;
  body_template body = body_template::literal({});
  std::vector<load_phase> phases;
  std::string until_event = {};  ///< a pattern; empty: nothing is waited for but confirmations
  correlation_key by = {};
  /// Whose backlog is watched; empty: nobody's.
  std::string stream = {};
  std::string consumer = {};
  /// How long results are waited for after the last message was sent.
  duration patience = std::chrono::seconds(10);
  std::uint64_t seed = 0;
  /// What happens meanwhile, in the order of time, and who makes it happen.
  std::vector<fault> faults = {};
  fault_injector inject = {};
};

/// What a load looks like now, for its status line.
struct load_status {
  second_result now;
  std::uint64_t sent = 0;
  std::uint64_t planned = 0;
  std::uint64_t failed = 0;
  std::size_t phase = 0;
};

/// Publishes messages when they are due, whether or not those before are confirmed, and measures
/// each from when it was due: what waits behind a slow answer counts the wait. `tell` is called
/// with each period of `tick` on the loop. Ends early when the operator wants it, with what there
/// is. Throws `not_found` where no stream keeps the subject.
///
/// With faults the results are read from the stream that keeps them, and there must be one: what is
/// only heard is missed while a connection is away.
task<stress_report> run_load(nats::connection& over, load_request wanted, interruption& stop,
                             duration tick, std::function<void(const load_status&)> tell);

}  // namespace weir::tools
