// SPDX-License-Identifier: Apache-2.0
#include "outbox_rows.hpp"

namespace weir::detail {
namespace {

constexpr auto store_many = stmt<
    "insert into weir_outbox (id, key, subject, message_id, body) "
    "select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])",
    postgres::statement_kind::write, "weir_outbox_store">;

/// What the headers of an event take of the server's max_payload.
constexpr std::size_t event_headers_bytes = 1024;

template <class T>
std::vector<T> column(const std::vector<outbox_row>& rows, T outbox_row::* field) {
  std::vector<T> values;
  values.reserve(rows.size());
  for (const auto& row : rows) values.push_back(row.*field);
  return values;
}

}  // namespace

std::vector<outbox_row> make_rows(const publications& events, std::string_view key,
                                  std::string_view origin) {
  std::vector<outbox_row> rows;
  rows.reserve(events.entries().size());
  for (const auto& event : events.entries()) {
    std::string message_id(origin);
    message_id += ':';
    message_id += std::to_string(rows.size());
    rows.push_back({.id = 0,
                    .key = std::string(key),
                    .subject = std::string(event.subject),
                    .message_id = std::move(message_id),
                    .body = event.body});
  }
  return rows;
}

std::size_t body_bytes_max(const nats::connection& over) {
  const std::size_t payload = over.server().max_payload;
  return payload > event_headers_bytes ? payload - event_headers_bytes : 0;
}

void store_rows(postgres::tx& in, const std::vector<outbox_row>& rows) {
  if (rows.empty()) return;
  in.enqueue(store_many, column(rows, &outbox_row::id), column(rows, &outbox_row::key),
             column(rows, &outbox_row::subject), column(rows, &outbox_row::message_id),
             column(rows, &outbox_row::body));
}

}  // namespace weir::detail
