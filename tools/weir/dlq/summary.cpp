// SPDX-License-Identifier: Apache-2.0
#include "summary.hpp"

#include <algorithm>

#include "printable.hpp"
#include "scan.hpp"
#include "streams.hpp"
#include "weir/event/json.hpp"

namespace weir::dlq {
namespace {

/// A line of --json.
struct json_group {
  std::string dead_letter_stream;
  std::uint64_t count;
  std::string cause;
  std::string subject;
  timestamp first;
  timestamp last;
  std::uint64_t last_sequence;
};

using ranked_group = std::pair<std::string, cause_group>;

std::vector<ranked_group> ranked(const cause_summary& from) {
  std::vector<ranked_group> all(from.groups().begin(), from.groups().end());
  std::ranges::sort(all, [](const ranked_group& a, const ranked_group& b) {
    return a.second.count != b.second.count ? a.second.count > b.second.count : a.first < b.first;
  });
  return all;
}

void print_json(const std::string& stream, const cause_summary& of, std::ostream& out) {
  for (const auto& [cause, group] : ranked(of)) {
    out << json::encode(json_group{.dead_letter_stream = stream,
                                   .count = group.count,
                                   .cause = tools::printable(cause),
                                   .subject = tools::printable(group.subject),
                                   .first = group.first,
                                   .last = group.last,
                                   .last_sequence = group.last_sequence})
        << '\n';
  }
}

std::string to_seconds(timestamp time) {
  return to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

void print_table(const std::string& stream, const cause_summary& of, const list_options& wanted,
                 std::ostream& out) {
  out << stream << '\n';
  tools::table rows(out, {"COUNT", "FIRST", "LAST", "SEQUENCE", "SUBJECT", "CAUSE"}, wanted.width);
  std::uint64_t all = 0;
  for (const auto& [cause, group] : ranked(of)) {
    all += group.count;
    rows.add({std::to_string(group.count), to_seconds(group.first), to_seconds(group.last),
              std::to_string(group.last_sequence), group.subject, cause});
  }
  rows.flush();
  out << stream << ": " << all << " dead letters, " << of.groups().size() << " causes\n\n";
}

task<> summarise(nats::jetstream on, letter_stream from, const list_options& wanted,
                 std::ostream& out) {
  cause_summary summary;
  auto messages = scan(on, from.name, from.last_sequence);
  while (const auto next = co_await messages.next()) {
    if (next->found && wanted.only.fits(*next->found)) summary.add(*next->found);
  }
  if (wanted.json) {
    print_json(from.name, summary, out);
  } else {
    print_table(from.name, summary, wanted, out);
  }
}

}  // namespace

void cause_summary::add(const letter& one) {
  std::string pattern = cause_pattern(one.cause);
  if (groups_.size() >= causes_max && !groups_.contains(pattern)) pattern = other_causes;
  cause_group& group = groups_[std::move(pattern)];
  if (group.count++ == 0) {
    group.first = one.at.stored_at;
    group.subject = one.subject;
  }
  if (group.subject != one.subject) group.subject = "several";
  group.last = one.at.stored_at;
  group.last_sequence = one.at.sequence;
}

task<> list_by_cause(nats::jetstream on, list_options wanted, std::ostream& out) {
  const auto streams = co_await wanted_streams(on, wanted.stream);
  for (const auto& one : streams) co_await summarise(on, one, wanted, out);
}

}  // namespace weir::dlq
