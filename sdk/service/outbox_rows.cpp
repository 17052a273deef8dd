// SPDX-License-Identifier: Apache-2.0
#include "outbox_rows.hpp"

#include <algorithm>

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

template <class Row, class T>
std::vector<T> column(const std::vector<Row>& rows, T Row::* field) {
  std::vector<T> values;
  values.reserve(rows.size());
  for (const auto& row : rows) values.push_back(row.*field);
  return values;
}

bool are_alike(const std::vector<outbox_row>& rows) {
  return std::ranges::all_of(rows, [&first = rows.front()](const outbox_row& row) {
    return row.key == first.key && row.subject == first.subject && row.headers == first.headers;
  });
}

}  // namespace

event_rows make_rows(const publications& events, const event_origin& from) {
  event_rows rows;
  rows.now.reserve(events.entries().size());
  std::size_t number = 0;
  for (const auto& event : events.entries()) {
    std::string message_id = from.id + ':' + std::to_string(number++);
    if (event.due) {
      rows.later.push_back({.message_id = std::move(message_id),
                            .id = 0,
                            .due = *event.due,
                            .key = from.key,
                            .subject = std::string(event.subject),
                            .headers = from.headers,
                            .body = event.body});
    } else {
      rows.now.push_back({.id = 0,
                          .key = from.key,
                          .subject = std::string(event.subject),
                          .message_id = std::move(message_id),
                          .headers = from.headers,
                          .body = event.body});
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
  for (const outbox_row& row : rows) in.insert(outbox_table, row);
}

void store_rows(postgres::unit& in, const std::vector<delayed_row>& rows) {
  for (const delayed_row& row : rows) in.upsert(delayed_table, row);
}

}  // namespace weir::detail
