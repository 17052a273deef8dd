// SPDX-License-Identifier: Apache-2.0
#include "event_headers.hpp"

#include <algorithm>

#include "weir/observe/span.hpp"

namespace weir::detail {
namespace {

/// A longer value is another program's affair, and not handed on.
constexpr std::size_t value_bytes_max = 512;

// Of W3C. Names in NATS know upper and lower case, and some clients write these as in HTTP.
constexpr std::string_view trace_header = "traceparent";
constexpr std::string_view state_header = "tracestate";
constexpr std::string_view trace_header_of_others = "Traceparent";
constexpr std::string_view state_header_of_others = "Tracestate";

bool can_be_handed_on(std::string_view value) {
  return !value.empty() && value.size() <= value_bytes_max &&
         std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
}

void add_line(std::string& to, std::string_view name, std::string_view value) {
  if (!can_be_handed_on(value)) return;
  to.reserve(to.size() + name.size() + value.size() + 3);
  to.append(name).append(": ").append(value).push_back('\n');
}

void add_lines(std::string& to, const trace_context& trace) {
  if (!trace.is_valid()) return;
  add_line(to, trace_header, trace.traceparent());
  add_line(to, state_header, trace.state);
}

trace_context read_trace(std::string_view parent, std::string_view state) {
  return trace_context::parse(parent, state).value_or(trace_context());
}

/// The name and the value of the next line, which it takes off; the name is empty where it has
/// none.
std::pair<std::string_view, std::string_view> next_line(std::string_view& stored) {
  const std::string_view line = stored.substr(0, stored.find('\n'));
  stored.remove_prefix(std::min(line.size() + 1, stored.size()));
  const std::size_t colon = line.find(": ");
  if (colon == line.npos) return {};
  return {line.substr(0, colon), line.substr(colon + 2)};
}

}  // namespace

std::string headers_after(const job& cause) {
  const meta about = cause.about();
  std::string lines;
  add_line(lines, correlation_header, about.correlation_id);
  add_line(lines, causation_header, about.message_id);
  add_lines(lines, cause.trace);
  return lines;
}

std::string headers_after(const nats::message& request, std::string_view own_id,
                          const trace_context& trace) {
  std::string lines;
  add_line(lines, correlation_header, request.header(correlation_header).value_or(own_id));
  add_lines(lines, trace);
  return lines;
}

std::string headers_of_beginning(std::string_view correlation_id) {
  std::string lines;
  add_line(lines, correlation_header, correlation_id);
  if (const trace_context* const around = current_trace()) add_lines(lines, *around);
  return lines;
}

std::string headers_of_trace(const trace_context& trace) {
  std::string lines;
  add_lines(lines, trace);
  return lines;
}

trace_context trace_of(const nats::message& message) {
  auto parent = message.header(trace_header);
  if (!parent) parent = message.header(trace_header_of_others);
  if (!parent) return {};
  auto state = message.header(state_header);
  if (!state) state = message.header(state_header_of_others);
  return read_trace(*parent, state.value_or(""));
}

trace_context trace_of(std::string_view stored) {
  std::string_view parent;
  std::string_view state;
  while (!stored.empty()) {
    const auto [name, value] = next_line(stored);
    if (name == trace_header) parent = value;
    if (name == state_header) state = value;
  }
  return read_trace(parent, state);
}

nats::headers to_headers(std::string_view stored, const trace_context& trace) {
  nats::headers made;
  while (!stored.empty()) {
    const auto [name, value] = next_line(stored);
    if (name.empty() || (trace.is_valid() && is_trace_header(name))) continue;
    made.add(name, value);
  }
  add_trace(made, trace);
  return made;
}

void add_trace(nats::headers& to, const trace_context& trace) {
  if (!trace.is_valid()) return;
  to.add(trace_header, trace.traceparent());
  if (!trace.state.empty()) to.add(state_header, trace.state);
}

bool is_trace_header(std::string_view name) noexcept {
  return name == trace_header || name == state_header || name == trace_header_of_others ||
         name == state_header_of_others;
}

}  // namespace weir::detail
