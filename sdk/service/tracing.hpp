// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "effect_tables.hpp"
#include "job.hpp"
#include "weir/observe/span.hpp"
#include "weir/observe/tracer.hpp"
#include "weir/postgres/pool_options.hpp"
#include "weir/service/service.hpp"

namespace weir::detail {

struct attempt_end;

/// The traces of a service: where its spans go, for as long as it runs.
class service_tracing {
 public:
  /// Where they name no collector, nothing is recorded.
  explicit service_tracing(tracer_settings settings);

  /// Lets the statements of a pool be traced; what its hook does is done as well.
  void watch(postgres::pool_options& to) const;
  task<> close() { return tracer_.close(); }

 private:
  tracer tracer_;
};

// One try to handle messages (attempt.cpp, batches.cpp). Sets what trace each message's handling
// belongs to, recorded or not: see job::trace.
span begin_process(job& taken, const handler_entry& by);
void end_process(span& process, job& taken, const attempt_end& end);
/// Of many. Their traces are linked to its own, which `trace` is set to; that of one is its own.
span begin_process(const std::vector<std::unique_ptr<job>>& taken, const handler_entry& by,
                   trace_context& trace);

/// From the end of a handler's code to the commit; it ends with the try.
span begin_commit(const trace_context& handling);

/// Records nothing for an event whose trace is not recorded.
span begin_send(const outbox_row& event);

/// What the handling of a request belongs to.
struct request_trace {
  span process;
  trace_context trace;
};
request_trace begin_answer(const nats::message& asked, std::string_view pattern);
/// Runs what answers it: its code knows where it belongs, and its failure is told.
task<std::string> run_traced(request_trace traced, std::string_view endpoint, std::string subject,
                             task<std::string> work);

}  // namespace weir::detail
