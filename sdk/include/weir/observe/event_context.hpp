// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/observe/trace_context.hpp"
#include "weir/task_context.hpp"

namespace weir {

/// Which message is handled: it follows the handler's task through all that this awaits and spawns,
/// so that a log line or a span says what it is about.
///
/// The views are of the service, and live as long as it. A handler of many messages has one for all
/// of them, with the number of none.
class event_context final : public task_context {
 public:
  trace_context trace;  ///< The handler's own span.
  std::string_view handler;
  std::string_view stream;
  std::string_view consumer;
  std::string subject;
  std::uint64_t stream_sequence = 0;  ///< 0: of no message, or of many.
  std::uint64_t attempt = 0;          ///< From 1; 0: of many.
};

/// The one of the running task, or the nearest above it; null outside a handler. Valid until that
/// task suspends.
const event_context* current_event_context() noexcept;

}  // namespace weir
