// SPDX-License-Identifier: Apache-2.0
#include "outbox_rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <functional>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weir::detail {
namespace {

using postgres::statement_kind;

constexpr auto store_many = stmt<
    "insert into weir_outbox (id, key, subject, message_id, headers, body) select * from "
    "unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])",
    statement_kind::write, "weir_outbox_store">;
/// What they have in common is sent once: most of what a handler of many events publishes.
constexpr auto store_alike = stmt<
    "insert into weir_outbox (id, key, subject, message_id, headers, body) "
    "select id, $1, $2, message_id, $3, body from "
    "unnest($4::bigint[], $5::text[], $6::text[]) as event (id, message_id, body)",
    statement_kind::write, "weir_outbox_store_alike">;
constexpr auto delay_many = stmt<
    "insert into weir_delayed (message_id, id, due, key, subject, headers, body) "
    "select * from unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::text[], "
    "$5::text[], $6::text[], $7::text[]) on conflict (message_id) do nothing",
    statement_kind::write, "weir_outbox_delay">;

/// What the headers of an event take of the server's max_payload.
constexpr std::size_t event_headers_bytes = std::size_t{4} * 1024;

/// A text is not copied.
template <class Row, class T>
auto column(const std::vector<Row>& rows, T Row::* field) {
  std::vector<std::conditional_t<std::same_as<T, std::string>, std::string_view, T>> values;
  values.reserve(rows.size());
  for (const auto& row : rows) values.push_back(row.*field);
  return values;
}

/// "ID:NUMBER"
std::string numbered(const std::string& id, std::size_t number) {
  std::array<char, std::numeric_limits<std::size_t>::digits10 + 1> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  std::string made;
  made.reserve(id.size() + 1 + digits.size());
  return made.append(id).append(1, ':').append(digits.data(), written.ptr);
}

bool are_alike(const std::vector<outbox_row>& rows) {
  return std::ranges::all_of(rows, [&first = rows.front()](const outbox_row& row) {
    return row.key == first.key && row.subject == first.subject && row.headers == first.headers;
  });
}

}  // namespace

event_rows make_rows(publications& events, event_origin from) {
  event_rows rows;
  std::vector<publications::entry> all = std::exchange(events.entries_, {});
  rows.now.reserve(all.size());
  std::size_t number = 0;
  for (auto& event : all) {
    const bool is_last = ++number == all.size();
    const auto common = [is_last](std::string& text) {
      return is_last ? std::move(text) : std::string(text);
    };
    std::string message_id = numbered(from.id, number - 1);
    if (event.due) {
      rows.later.push_back({.message_id = std::move(message_id),
                            .id = 0,
                            .due = *event.due,
                            .key = common(from.key),
                            .subject = std::string(event.subject),
                            .headers = common(from.headers),
                            .body = std::move(event.body)});
    } else {
      rows.now.push_back({.id = 0,
                          .key = common(from.key),
                          .subject = std::string(event.subject),
                          .message_id = std::move(message_id),
                          .headers = common(from.headers),
                          .body = std::move(event.body)});
    }
  }
  return rows;
}

std::size_t body_bytes_max(const nats::connection& over) {
  const std::size_t payload = over.server().max_payload;
  return payload > event_headers_bytes ? payload - event_headers_bytes : 0;
}

void store_rows(postgres::tx& in, const std::vector<outbox_row>& rows) {
  if (rows.empty()) return;
  if (are_alike(rows)) {
    const outbox_row& first = rows.front();
    in.enqueue(store_alike, first.key, first.subject, first.headers, column(rows, &outbox_row::id),
               column(rows, &outbox_row::message_id), column(rows, &outbox_row::body));
    return;
  }
  in.enqueue(store_many, column(rows, &outbox_row::id), column(rows, &outbox_row::key),
             column(rows, &outbox_row::subject), column(rows, &outbox_row::message_id),
             column(rows, &outbox_row::headers), column(rows, &outbox_row::body));
}

void store_rows(postgres::tx& in, const std::vector<delayed_row>& rows) {
  if (rows.empty()) return;
  in.enqueue(delay_many, column(rows, &delayed_row::message_id), column(rows, &delayed_row::id),
             column(rows, &delayed_row::due), column(rows, &delayed_row::key),
             column(rows, &delayed_row::subject), column(rows, &delayed_row::headers),
             column(rows, &delayed_row::body));
}

void store_rows(postgres::unit& in, const std::vector<outbox_row>& rows) {
  for (const outbox_row& row : rows) in.insert(outbox_table, std::cref(row));
}

void store_rows(postgres::unit& in, const std::vector<delayed_row>& rows) {
  for (const delayed_row& row : rows) in.upsert(delayed_table, row);
}

}  // namespace weir::detail
