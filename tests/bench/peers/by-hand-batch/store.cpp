// SPDX-License-Identifier: Apache-2.0
#include "store.hpp"

#include <array>
#include <initializer_list>
#include <stdexcept>

namespace by_hand {
namespace {

using answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr std::size_t parameters_max = 4;
constexpr std::string_view unique_violation = "23505";

constexpr const char* make_tables =
    "CREATE TABLE IF NOT EXISTS by_hand_inbox (consumer text, id text, "
    "PRIMARY KEY (consumer, id)); "
    "CREATE TABLE IF NOT EXISTS by_hand_outbox (id bigint PRIMARY KEY, subject text, "
    "message_id text, body bytea)";

// Without ON CONFLICT: an id that is there already ends the whole pipeline, which tells of it
// without a round trip in the case that nearly always is.
constexpr const char* insert_inbox =
    "INSERT INTO by_hand_inbox (consumer, id) SELECT 'by-hand-batch', unnest($1::text[])";
constexpr const char* upsert_orders =
    "INSERT INTO orders (order_id, user_id, amount_cents, created_at, status) "
    "SELECT *, 'processed' FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[]) "
    "ON CONFLICT (order_id) DO UPDATE SET status = EXCLUDED.status, updated_at = now()";
constexpr const char* insert_outbox =
    "INSERT INTO by_hand_outbox (id, subject, message_id, body) "
    "SELECT id, 'orders.processed', message_id, body "
    "FROM unnest($1::bigint[], $2::text[], $3::bytea[]) AS event (id, message_id, body)";
constexpr const char* delete_outbox = "DELETE FROM by_hand_outbox WHERE id = ANY ($1::bigint[])";
constexpr const char* select_stored =
    "SELECT id FROM by_hand_inbox WHERE consumer = 'by-hand-batch' AND id = ANY ($1::text[])";

[[noreturn]] void fail(PGconn* on) { throw std::runtime_error(PQerrorMessage(on)); }

bool is_good(const answer& result) {
  const ExecStatusType status = PQresultStatus(result.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

void require(PGconn* on, PGresult* result) {
  if (!is_good(answer(result, PQclear))) fail(on);
}

void prepare(PGconn* on, const char* name, const char* sql) {
  require(on, PQprepare(on, name, sql, 0, nullptr));
}

void send(PGconn* on, const char* name, std::initializer_list<const std::string*> parameters) {
  std::array<const char*, parameters_max> values{};
  std::array<int, parameters_max> lengths{};
  std::array<int, parameters_max> formats{};
  std::size_t index = 0;
  for (const std::string* one : parameters) {
    values.at(index) = one->data();
    lengths.at(index) = static_cast<int>(one->size());
    formats.at(index) = 1;
    ++index;
  }
  if (PQsendQueryPrepared(on, name, static_cast<int>(index), values.data(), lengths.data(),
                          formats.data(), 0) != 1)
    fail(on);
}

}  // namespace

store::store(const std::string& conninfo)
    : main_(PQconnectdb(conninfo.c_str()), PQfinish),
      outbox_(PQconnectdb(conninfo.c_str()), PQfinish) {
  PGconn* const on = main_.get();
  if (PQstatus(on) != CONNECTION_OK) fail(on);
  if (PQstatus(outbox_.get()) != CONNECTION_OK) fail(outbox_.get());
  PQsetNoticeProcessor(on, [](void*, const char*) {}, nullptr);  // the tables are there already
  require(on, PQexec(on, make_tables));
  prepare(on, "inbox", insert_inbox);
  prepare(on, "orders", upsert_orders);
  prepare(on, "outbox", insert_outbox);
  prepare(on, "stored", select_stored);
  if (PQenterPipelineMode(on) != 1) fail(on);
  require(outbox_.get(), PQexec(outbox_.get(), "SET synchronous_commit = off"));
  prepare(outbox_.get(), "delete", delete_outbox);
}

void store::commit(const std::vector<delivered_order>& batch) {
  columns_.fill(batch, {});
  if (try_commit()) return;
  const auto stored = find_stored();
  columns_.fill(batch, {stored.begin(), stored.end()});
  if (!try_commit()) fail(main_.get());
}

/// False when an id was in the inbox already; then nothing was stored.
bool store::try_commit() {
  PGconn* const on = main_.get();
  send(on, "inbox", {&columns_.message_ids});
  send(on, "orders", {&columns_.order_ids, &columns_.user_ids, &columns_.amounts, &columns_.times});
  send(on, "outbox", {&columns_.outbox_ids, &columns_.event_ids, &columns_.events});
  if (PQpipelineSync(on) != 1) fail(on);
  bool stored = true;
  for (;;) {
    const answer result(PQgetResult(on), PQclear);
    if (!result) continue;  // the end of one statement's results
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) return stored;
    if (status == PGRES_FATAL_ERROR) {
      const char* const state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
      if (state == nullptr || state != unique_violation) fail(on);
      stored = false;
    }
  }
}

std::unordered_set<std::string> store::find_stored() {
  PGconn* const on = main_.get();
  send(on, "stored", {&columns_.message_ids});
  if (PQpipelineSync(on) != 1) fail(on);
  std::unordered_set<std::string> found;
  for (;;) {
    const answer result(PQgetResult(on), PQclear);
    if (!result) continue;
    if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) return found;
    if (!is_good(result)) fail(on);
    for (int row = 0; row < PQntuples(result.get()); ++row)
      found.emplace(PQgetvalue(result.get(), row, 0));
  }
}

void store::begin_delete() { send(outbox_.get(), "delete", {&columns_.outbox_ids}); }

void store::end_delete() {
  while (PGresult* const result = PQgetResult(outbox_.get())) require(outbox_.get(), result);
}

}  // namespace by_hand
