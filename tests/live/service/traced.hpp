// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "fixture.hpp"
#include "unit/observe/collector.hpp"

namespace weir::test {

/// The span of whoever has published what a story sends.
inline constexpr std::string_view trace_id = "0af7651916cd43dd8448eb211c80319c";
inline constexpr std::string_view producer = "b7ad6b7169203331";

inline constexpr std::int64_t server_kind = 2;
inline constexpr std::int64_t client_kind = 3;
inline constexpr std::int64_t producer_kind = 4;
inline constexpr std::int64_t consumer_kind = 5;

/// What a story has to do with. When the service has ended, all that it has recorded is there.
struct traced_floor {
  office_floor on;
  collector& with;
  const service& which;
  std::optional<shift>& running;

  void start() const { running.emplace(which, on); }
  task<> end() const { return running->end(); }
};
using traced_story = task<> (*)(traced_floor);
using variables = std::map<std::string, std::string>;

/// Tells a story with a collector that the environment names, and what else it says.
void play_traced(const service& which, traced_story story, const variables& extra = {});

/// "00-<trace_id>-<producer>-01", or -00.
std::string of_trace(bool sampled);
/// Publishes a letter, and gives its sequence; with `tracestate: shop=1` where it has a trace.
task<std::uint64_t> send_letter(office_floor on, std::string body, std::string traceparent = {});
std::string header_of(const nats::stored_message& stored, std::string_view name);
/// Suspends until it is there.
task<nats::stored_message> message_at(nats::jetstream& jetstream, std::string stream,
                                      std::uint64_t sequence);

/// The only span of a name.
received_span only(const collector& with, std::string_view name);
/// The traceparent of what is published within a span.
std::string parent_of(const received_span& one);

}  // namespace weir::test
