// SPDX-License-Identifier: Apache-2.0
#include "streams.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "amounts.hpp"
#include "printable.hpp"
#include "table.hpp"
#include "weir/enum_names.hpp"
#include "weir/event/json.hpp"

namespace weir::tools {
namespace {

constexpr std::size_t streams_max = 10'000;

/// A line of --json. Spans are in seconds; limits of -1 are none.
struct stream_line {
  std::string name;
  std::vector<std::string> subjects;
  std::uint64_t messages;
  std::uint64_t bytes;
  std::uint64_t consumers;
  std::uint64_t first_sequence;
  std::uint64_t last_sequence;
  std::optional<timestamp> last_time;
  std::string storage;
  std::string retention;
  std::int64_t replicas;
  std::int64_t max_messages;
  std::int64_t max_bytes;
  double max_age_seconds;
  double duplicate_window_seconds;
  std::string leader;
};

double seconds_of(const std::optional<duration>& span) {
  return std::chrono::duration<double>(span.value_or(duration::zero())).count();
}

std::string storage_of(const nats::stream_info& of) {
  return of.config.storage == nats::storage_type::memory ? "memory" : "file";
}

std::string retention_of(const nats::stream_info& of) {
  const auto kept = of.config.retention.value_or(nats::retention_policy::limits);
  return std::string(enum_name(kept).value_or("?"));
}

std::string json_of(const nats::stream_info& of) {
  stream_line line{.name = of.name,
                   .subjects = {},
                   .messages = of.messages,
                   .bytes = of.bytes,
                   .consumers = of.consumers,
                   .first_sequence = of.first_sequence,
                   .last_sequence = of.last_sequence,
                   .last_time = of.last_time,
                   .storage = storage_of(of),
                   .retention = retention_of(of),
                   .replicas = of.config.replicas.value_or(1),
                   .max_messages = of.config.max_messages.value_or(-1),
                   .max_bytes = of.config.max_bytes.value_or(-1),
                   .max_age_seconds = seconds_of(of.config.max_age),
                   .duplicate_window_seconds = seconds_of(of.config.duplicate_window),
                   .leader = printable(of.cluster.leader)};
  for (const std::string& subject : of.subjects) line.subjects.push_back(printable(subject));
  return json::encode(line);
}

std::string joined(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string age_of(const std::optional<timestamp>& time) {
  if (!time) return "-";
  const auto now = std::chrono::system_clock::now();
  return text_of_span(std::chrono::duration_cast<duration>(now - *time)) + " ago";
}

std::string limit_of(const std::optional<std::int64_t>& limit, bool in_bytes) {
  if (limit.value_or(-1) < 0) return "none";
  return in_bytes ? text_of_bytes(static_cast<std::uint64_t>(*limit)) : std::to_string(*limit);
}

void add_line(std::ostream& out, std::string_view what, const std::string& value) {
  out << fmt::format("  {:<18} {}\n", what, printable(value));
}

void print_copies(const nats::stream_info& of, std::ostream& out) {
  if (of.cluster.name.empty()) return;
  add_line(out, "leader", of.cluster.leader.empty() ? "none now" : of.cluster.leader);
  for (const nats::cluster_peer& peer : of.cluster.replicas) {
    const std::string state = peer.is_offline   ? "offline"
                              : peer.is_current ? "current"
                                                : fmt::format("{} operations behind", peer.lag);
    add_line(out, "copy", peer.name + ", " + state);
  }
}

void print_report(const nats::stream_info& of, std::ostream& out) {
  const nats::stream_config& is = of.config;
  const auto max_age = is.max_age.value_or(duration::zero());
  out << printable(of.name) << '\n';
  add_line(out, "subjects", joined(of.subjects));
  add_line(out, "messages", fmt::format("{}, {}", of.messages, text_of_bytes(of.bytes)));
  add_line(
      out, "sequences",
      fmt::format("{} to {}, {} deleted between", of.first_sequence, of.last_sequence, of.deleted));
  add_line(out, "first message", age_of(of.first_time));
  add_line(out, "last message", age_of(of.last_time));
  add_line(out, "consumers", std::to_string(of.consumers));
  add_line(out, "storage",
           fmt::format("{}, {} replica{}", storage_of(of), is.replicas.value_or(1),
                       is.replicas.value_or(1) == 1 ? "" : "s"));
  add_line(out, "retention", retention_of(of));
  add_line(out, "limits",
           fmt::format("messages {}, bytes {}, age {}", limit_of(is.max_messages, false),
                       limit_of(is.max_bytes, true),
                       max_age == duration::zero() ? "none" : text_of_span(max_age)));
  add_line(out, "duplicate window", text_of_span(is.duplicate_window.value_or(duration::zero())));
  print_copies(of, out);
}

}  // namespace

task<> list_streams(nats::jetstream on, print_options how, std::ostream& out) {
  std::vector<nats::stream_info> found;
  auto all = on.streams();
  while (found.size() < streams_max) {
    auto next = co_await all.next();
    if (!next) break;
    found.push_back(std::move(*next));
  }
  std::ranges::sort(found, {}, &nats::stream_info::name);
  table rows(out, {"STREAM", "MESSAGES", "SIZE", "CONSUMERS", "LAST", "SUBJECTS"}, how.width);
  for (const nats::stream_info& one : found) {
    if (how.json) {
      out << json_of(one) << '\n';
      continue;
    }
    rows.add({one.name, std::to_string(one.messages), text_of_bytes(one.bytes),
              std::to_string(one.consumers), age_of(one.last_time), joined(one.subjects)});
  }
  rows.flush();
  if (!found.empty() || how.json) co_return;
  out << "no streams: a service makes its own when it starts. Is this the right account?\n";
}

task<> show_stream(nats::jetstream on, std::string name, print_options how, std::ostream& out) {
  const auto info = co_await on.stream_info(name).as_result();
  if (!info.has_value()) {
    if (!info.error().is(errc::not_found)) throw info.error();
    throw error(errc::not_found, disposition::permanent,
                "there is no stream " + name + "; 'weir stream list' shows those that are");
  }
  if (how.json) {
    out << json_of(*info) << '\n';
  } else {
    print_report(*info, out);
  }
}

}  // namespace weir::tools
