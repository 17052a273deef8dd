// SPDX-License-Identifier: Apache-2.0
#include "trial_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "weir/event/json.hpp"
#include "weir/event/raw_json.hpp"

namespace weir::detail {
namespace {

struct json_failure {
  std::string cause;
  std::string error_code;
  std::string disposition;
};

struct json_row {
  std::optional<raw_json> before;
  std::optional<raw_json> after;
};

struct json_table {
  std::string table;
  std::int64_t inserted;
  std::int64_t updated;
  std::int64_t deleted;
  std::vector<json_row> rows;
  std::optional<std::string> rows_unknown;
};

struct json_event {
  std::string subject;
  raw_json body;
  std::optional<timestamp> due;  ///< Where it waits for its time.
};

/// A line of --json.
struct json_trial {
  std::string tried;
  std::string stream;
  std::uint64_t sequence;
  std::string subject;
  std::string consumer;
  bool succeeds;
  bool is_outdated;
  std::optional<json_failure> failure;
  std::vector<json_table> tables;
  std::vector<json_event> events;
};

/// The second half of the control characters, in UTF-8: U+0080 to U+009F.
bool is_late_control(unsigned char first, unsigned char second) {
  return first == 0xc2 && second >= 0x80 && second <= 0x9f;
}

/// What came from outside as one line that a terminal does not obey.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(line, [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  for (std::size_t at = 1; at < line.size(); ++at) {
    if (is_late_control(static_cast<unsigned char>(line[at - 1]),
                        static_cast<unsigned char>(line[at]))) {
      line.replace(at - 1, 2, "  ");
    }
  }
  return line;
}

std::string code_of(const error& failure) {
  return fmt::format("{}:{}", failure.code().category().name(), failure.code().value());
}

std::string line_of(const postgres::detail::changed_row& row) {
  if (row.before && row.after) {
    return fmt::format("  - {}\n  + {}\n", one_line(*row.before), one_line(*row.after));
  }
  if (row.before) return fmt::format("  - {}\n", one_line(*row.before));
  return fmt::format("  + {}\n", one_line(row.after.value_or("")));
}

std::string text_of(const postgres::detail::changed_table& table) {
  std::string text = fmt::format("{}: {} inserted, {} updated, {} deleted\n", table.name,
                                 table.inserted, table.updated, table.deleted);
  for (const auto& row : table.rows) text += line_of(row);
  if (!table.unread.empty()) {
    text += fmt::format("  the rows are not shown: {}\n", one_line(table.unread));
  }
  return text;
}

std::string text_of(const trial& one) {
  if (one.failure) {
    return fmt::format("{} fails, {}, {}: {}\n", one.consumer, code_of(*one.failure),
                       to_string(one.failure->disposition()), one_line(one.failure->message()));
  }
  if (one.is_outdated) {
    return fmt::format("{} skips it: its version is not newer than the one handled last\n",
                       one.consumer);
  }
  std::string text = fmt::format("{} succeeds\n", one.consumer);
  for (const auto& table : one.tables) text += text_of(table);
  for (const auto& event : one.events) {
    const std::string when = event.due ? " at " + to_rfc3339(*event.due) : std::string();
    text += fmt::format("event on {}{}\n  {}\n", event.subject, when, one_line(event.body));
  }
  if (one.tables.empty() && one.events.empty()) text += "no row changed, no event\n";
  return text;
}

/// Rows and events are JSON already; null in place of one that is nested too deeply.
raw_json json_of(const std::string& text) {
  const auto parsed = raw_json::parse(text);
  return parsed ? *parsed : raw_json();
}

std::optional<raw_json> json_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return json_of(*text);
}

json_table json_of(const postgres::detail::changed_table& table) {
  json_table made{.table = table.name,
                  .inserted = table.inserted,
                  .updated = table.updated,
                  .deleted = table.deleted,
                  .rows = {},
                  .rows_unknown = {}};
  for (const auto& row : table.rows) made.rows.push_back({json_of(row.before), json_of(row.after)});
  if (!table.unread.empty()) made.rows_unknown = one_line(table.unread);
  return made;
}

json_trial json_of(const tried_message& of, const trial& one) {
  json_trial made{.tried = of.name.to_string(),
                  .stream = of.stream,
                  .sequence = of.at.sequence,
                  .subject = of.subject,
                  .consumer = one.consumer,
                  .succeeds = !one.failure,
                  .is_outdated = one.is_outdated,
                  .failure = {},
                  .tables = {},
                  .events = {}};
  if (one.failure) {
    made.failure = json_failure{.cause = one_line(one.failure->message()),
                                .error_code = code_of(*one.failure),
                                .disposition = std::string(to_string(one.failure->disposition()))};
  }
  for (const auto& table : one.tables) made.tables.push_back(json_of(table));
  for (const auto& event : one.events) {
    made.events.push_back({std::string(event.subject), json_of(event.body), event.due});
  }
  return made;
}

}  // namespace

std::string trial_text(const tried_message& of, const std::vector<trial>& trials) {
  std::string text = fmt::format("{}: message {}:{} on {}\n", of.name.to_string(),
                                 one_line(of.stream), of.at.sequence, one_line(of.subject));
  for (const auto& one : trials) text += text_of(one);
  return text + "Nothing of it was stored or published.\n";
}

std::string trial_json(const tried_message& of, const std::vector<trial>& trials) {
  std::string lines;
  for (const auto& one : trials) lines += json::encode(json_of(of, one)) + '\n';
  return lines;
}

}  // namespace weir::detail
