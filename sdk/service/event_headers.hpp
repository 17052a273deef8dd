// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "job.hpp"
#include "weir/nats/headers.hpp"
#include "weir/observe/trace_context.hpp"

namespace weir::detail {

// The headers of events as they are stored with them: "Name: value", a line each.

/// Of what the handling of this message publishes: what it is a part of, what it came of, and the
/// trace of its handling.
std::string headers_after(const job& cause);
/// Of what comes of a request; `own_id` is what it is a part of where it does not say.
std::string headers_after(const nats::message& request, std::string_view own_id,
                          const trace_context& trace);
/// Of what a piece of work publishes that no message has caused; its trace is that of the running
/// task.
std::string headers_of_beginning(std::string_view correlation_id);
/// Of what many messages have caused.
std::string headers_of_trace(const trace_context& trace);

/// The trace that a message belongs to; of none, where it does not say, or nonsense.
trace_context trace_of(const nats::message& message);
/// The same of stored headers.
trace_context trace_of(std::string_view stored);

/// With `trace`, where that is one, in place of the stored one.
nats::headers to_headers(std::string_view stored, const trace_context& trace);
/// Adds a trace, where it is one.
void add_trace(nats::headers& to, const trace_context& trace);
bool is_trace_header(std::string_view name) noexcept;

}  // namespace weir::detail
