// SPDX-License-Identifier: Apache-2.0
#include "event_headers.hpp"

#include <algorithm>
#include <array>

namespace weir::detail {
namespace {

/// A longer value is another program's affair, and not handed on.
constexpr std::size_t value_bytes_max = 512;
/// The trace of W3C, handed on as it came.
constexpr std::array<std::string_view, 2> trace_headers = {"traceparent", "tracestate"};

bool can_be_handed_on(std::string_view value) {
  return !value.empty() && value.size() <= value_bytes_max &&
         std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
}

void add_line(std::string& to, std::string_view name, std::string_view value) {
  if (!can_be_handed_on(value)) return;
  to.append(name).append(": ").append(value).push_back('\n');
}

void add_trace(std::string& to, const nats::message& from) {
  for (const std::string_view name : trace_headers) {
    if (const auto value = from.header(name)) add_line(to, name, *value);
  }
}

}  // namespace

std::string headers_after(const job& cause) {
  const meta about = cause.about();
  std::string lines;
  add_line(lines, correlation_header, about.correlation_id);
  add_line(lines, causation_header, about.message_id);
  add_trace(lines, cause.message.message());
  return lines;
}

std::string headers_after(const nats::message& request, std::string_view own_id) {
  std::string lines;
  add_line(lines, correlation_header, request.header(correlation_header).value_or(own_id));
  add_trace(lines, request);
  return lines;
}

std::string headers_of_beginning(std::string_view correlation_id) {
  std::string lines;
  add_line(lines, correlation_header, correlation_id);
  return lines;
}

nats::headers to_headers(std::string_view stored) {
  nats::headers made;
  while (!stored.empty()) {
    const std::string_view line = stored.substr(0, stored.find('\n'));
    stored.remove_prefix(std::min(line.size() + 1, stored.size()));
    const std::size_t colon = line.find(": ");
    if (colon != line.npos) made.add(line.substr(0, colon), line.substr(colon + 2));
  }
  return made;
}

}  // namespace weir::detail
