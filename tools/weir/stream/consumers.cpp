// SPDX-License-Identifier: Apache-2.0
#include "consumers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "amounts.hpp"
#include "printable.hpp"
#include "table.hpp"
#include "weir/enum_names.hpp"
#include "weir/event/json.hpp"

namespace weir::tools {
namespace {

constexpr std::size_t consumers_max = 10'000;

/// A line of --json. Limits of -1 are none.
struct consumer_line {
  std::string stream;
  std::string consumer;
  std::uint64_t pending;
  std::uint64_t ack_pending;
  std::uint64_t redelivered;
  std::uint64_t waiting_pulls;
  std::uint64_t delivered_stream_sequence;
  std::uint64_t ack_floor_stream_sequence;
  double ack_wait_seconds;
  std::int64_t max_deliver;
  std::int64_t max_ack_pending;
  bool is_paused;
  std::vector<std::string> filters;
};

double seconds_of(duration span) { return std::chrono::duration<double>(span).count(); }

std::string limit_of(std::int64_t limit) { return limit < 0 ? "none" : std::to_string(limit); }

std::vector<std::string> filters_of(const nats::consumer_info& of) {
  if (!of.config.filter_subjects.empty()) return of.config.filter_subjects;
  if (!of.config.filter_subject.value_or("").empty()) return {*of.config.filter_subject};
  return {};
}

consumer_line line_of(const nats::consumer_info& of) {
  consumer_line line{.stream = of.stream,
                     .consumer = of.name,
                     .pending = of.pending,
                     .ack_pending = of.ack_pending,
                     .redelivered = of.redelivered,
                     .waiting_pulls = of.waiting_pulls,
                     .delivered_stream_sequence = of.delivered_stream_sequence,
                     .ack_floor_stream_sequence = of.ack_floor_stream_sequence,
                     .ack_wait_seconds = seconds_of(of.ack_wait),
                     .max_deliver = of.max_deliver,
                     .max_ack_pending = of.max_ack_pending,
                     .is_paused = of.is_paused,
                     .filters = {}};
  for (const std::string& filter : filters_of(of)) line.filters.push_back(printable(filter));
  return line;
}

std::string state_of(const nats::consumer_info& of) {
  if (of.is_paused) return "paused, " + text_of_span(of.pause_remaining) + " left";
  if (of.waiting_pulls == 0 && of.ack_pending == 0) return "nobody pulls";
  return "in use";
}

error not_there(std::string text) {
  return error(errc::not_found, disposition::permanent, std::move(text));
}

void add_line(std::ostream& out, std::string_view what, const std::string& value) {
  out << fmt::format("  {:<18} {}\n", what, printable(value));
}

void print_report(const nats::consumer_info& of, std::ostream& out) {
  out << printable(of.stream + " > " + of.name) << '\n';
  const auto filters = filters_of(of);
  add_line(out, "subjects", filters.empty() ? "all" : fmt::format("{}", fmt::join(filters, ", ")));
  add_line(out, "state", state_of(of));
  add_line(out, "pending", fmt::format("{} not delivered yet", of.pending));
  add_line(out, "in hand",
           fmt::format("{} delivered and not acknowledged, {} of them again", of.ack_pending,
                       of.redelivered));
  add_line(out, "waiting pulls", std::to_string(of.waiting_pulls));
  add_line(out, "delivered up to", std::to_string(of.delivered_stream_sequence));
  add_line(out, "acknowledged up to", std::to_string(of.ack_floor_stream_sequence));
  add_line(out, "ack wait", text_of_span(of.ack_wait));
  add_line(out, "max deliver", limit_of(of.max_deliver));
  add_line(out, "max ack pending", limit_of(of.max_ack_pending));
  if (!of.cluster.name.empty()) add_line(out, "leader", of.cluster.leader);
}

task<nats::consumer_info> named_consumer(nats::jetstream on, std::string stream, std::string name) {
  const auto info = co_await on.consumer_info(stream, name).as_result();
  if (info.has_value()) co_return *info;
  if (!info.error().is(errc::not_found)) throw info.error();
  throw not_there(
      fmt::format("stream {0} has no consumer {1}, or is not there; 'weir consumer "
                  "list {0}' shows those that are",
                  stream, name));
}

task<std::vector<nats::consumer_info>> consumers_of(nats::jetstream on, std::string stream) {
  std::vector<nats::consumer_info> found;
  auto all = on.consumers(stream);
  while (found.size() < consumers_max) {
    auto next = co_await all.next().as_result();
    if (!next.has_value()) {
      if (!next.error().is(errc::not_found)) throw next.error();
      throw not_there("there is no stream " + stream + "; 'weir stream list' shows those that are");
    }
    if (!next->has_value()) break;
    found.push_back(std::move(**next));
  }
  std::ranges::sort(found, {}, &nats::consumer_info::name);
  co_return found;
}

/// One row of the lag: behind by how many, and since when.
struct lag_line {
  std::string stream;
  std::string consumer;
  std::uint64_t pending;
  std::uint64_t ack_pending;
  std::uint64_t redelivered;
  std::optional<timestamp> oldest_at;  ///< when the oldest message that is not acknowledged came
};

task<std::optional<timestamp>> oldest_of(nats::jetstream on, const nats::consumer_info& of) {
  std::optional<timestamp> oldest;
  if (of.pending == 0 && of.ack_pending == 0) co_return oldest;
  auto filters = filters_of(of);
  if (filters.empty()) filters.emplace_back(">");
  for (const std::string& filter : filters) {
    const std::uint64_t from = of.ack_floor_stream_sequence + 1;
    const auto next = co_await on.next_message(of.stream, filter, from).as_result();
    if (!next.has_value()) {
      if (next.error().is(errc::not_found)) continue;
      throw next.error();
    }
    oldest = std::min(oldest.value_or(next->time), next->time);
  }
  co_return oldest;
}

task<std::vector<lag_line>> lag_of(nats::jetstream on, std::string stream) {
  std::vector<lag_line> lines;
  const auto all = co_await consumers_of(on, std::move(stream));
  for (const nats::consumer_info& one : all) {
    const auto oldest = co_await oldest_of(on, one);
    lines.push_back({.stream = one.stream,
                     .consumer = one.name,
                     .pending = one.pending,
                     .ack_pending = one.ack_pending,
                     .redelivered = one.redelivered,
                     .oldest_at = oldest});
  }
  co_return lines;
}

std::string age_of(const std::optional<timestamp>& time) {
  if (!time) return "-";
  const auto now = std::chrono::system_clock::now();
  return text_of_span(std::chrono::duration_cast<duration>(now - *time));
}

/// The rest of the sentence for a server that cannot pause.
error without_pause(const error& refused) {
  if (!refused.is(errc::unsupported)) return refused;
  return error(errc::unsupported, disposition::permanent,
               refused.message() +
                   ". Here a consumer rests when its service does: stop the service, its messages "
                   "wait in the stream; or upgrade nats-server to 2.11");
}

}  // namespace

task<> list_consumers(nats::jetstream on, std::string stream, print_options how,
                      std::ostream& out) {
  const auto found = co_await consumers_of(on, stream);
  table rows(out, {"CONSUMER", "PENDING", "IN HAND", "REDELIVERED", "PULLS", "STATE", "SUBJECTS"},
             how.width);
  for (const nats::consumer_info& one : found) {
    const consumer_line line = line_of(one);
    if (how.json) {
      out << json::encode(line) << '\n';
      continue;
    }
    rows.add({one.name, std::to_string(one.pending), std::to_string(one.ack_pending),
              std::to_string(one.redelivered), std::to_string(one.waiting_pulls), state_of(one),
              line.filters.empty() ? "all" : fmt::format("{}", fmt::join(line.filters, ", "))});
  }
  rows.flush();
  if (found.empty() && !how.json) out << "stream " << printable(stream) << " has no consumers\n";
}

task<> show_consumer(nats::jetstream on, std::string stream, std::string name, print_options how,
                     std::ostream& out) {
  const auto info = co_await named_consumer(on, std::move(stream), std::move(name));
  if (how.json) {
    out << json::encode(line_of(info)) << '\n';
  } else {
    print_report(info, out);
  }
}

task<> show_lag(nats::jetstream on, std::string stream, print_options how, std::ostream& out) {
  std::vector<lag_line> lines;
  if (!stream.empty()) {
    lines = co_await lag_of(on, stream);
  } else {
    auto names = on.stream_names();
    while (lines.size() < consumers_max) {
      const auto name = co_await names.next();
      if (!name) break;
      auto more = co_await lag_of(on, *name);
      std::ranges::move(more, std::back_inserter(lines));
    }
  }
  std::ranges::sort(lines, std::ranges::greater(),
                    [](const lag_line& one) { return one.pending + one.ack_pending; });
  table rows(out, {"STREAM", "CONSUMER", "PENDING", "IN HAND", "REDELIVERED", "OLDEST"}, how.width);
  for (const lag_line& one : lines) {
    if (how.json) {
      out << json::encode(one) << '\n';
      continue;
    }
    rows.add({one.stream, one.consumer, std::to_string(one.pending),
              std::to_string(one.ack_pending), std::to_string(one.redelivered),
              age_of(one.oldest_at)});
  }
  rows.flush();
  if (lines.empty() && !how.json) out << "no consumers\n";
}

task<> pause_consumer(nats::jetstream on, std::string stream, std::string name,
                      std::chrono::seconds span, std::ostream& out) {
  const auto now = std::chrono::system_clock::now();
  const auto until = std::chrono::floor<std::chrono::seconds>(now) + span;
  const auto paused = co_await on.pause_consumer(stream, name, until).as_result();
  if (!paused.has_value()) throw without_pause(paused.error());
  out << fmt::format("{} of {} is delivered nothing until {}; 'weir consumer resume' ends that\n",
                     printable(name), printable(stream), to_rfc3339(until));
}

task<> resume_consumer(nats::jetstream on, std::string stream, std::string name,
                       std::ostream& out) {
  const auto resumed = co_await on.resume_consumer(stream, name).as_result();
  if (!resumed.has_value()) throw without_pause(resumed.error());
  out << fmt::format("{} of {} is delivered messages again, {} wait\n", printable(name),
                     printable(stream), resumed->pending);
}

}  // namespace weir::tools
