// SPDX-License-Identifier: Apache-2.0
// What the handler's task carries, so that a log line or a span says which message it is about.
#include "consumer.hpp"
#include "weir/observe/event_context.hpp"

namespace weir::detail {

task_context_ptr consumer::context_of(const job* handled, const trace_context& trace) const {
  auto* const made = new event_context;
  task_context_ptr shared(made);
  made->trace = trace;
  made->handler = policy().name();
  made->consumer = policy().name();
  made->stream = entry().stream;
  made->subject = handled == nullptr ? entry().subject : handled->message.subject();
  if (handled == nullptr) return shared;
  made->stream_sequence = handled->message.info().stream_sequence;
  made->attempt = handled->attempt();
  return shared;
}

}  // namespace weir::detail
