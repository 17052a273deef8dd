// SPDX-License-Identifier: Apache-2.0
#include "effect_tables.hpp"

#include "weir/postgres/advisory_key.hpp"

namespace weir::detail {
namespace {

template <fixed_string Sql>
constexpr auto own = stmt<Sql, postgres::statement_kind::write, "weir_effect_tables">;

constexpr auto tables_exist =
    own<"select to_regclass('weir_inbox') is not null and to_regclass('weir_outbox') is not null "
        "and to_regclass('weir_schedules') is not null "
        "and to_regclass('weir_delayed') is not null "
        "and to_regclass('weir_versions') is not null "
        "and not exists (select from pg_class as made "
        "join pg_attribute as its on its.attrelid = made.oid and its.attname = 'created_at' "
        "join pg_attrdef as given on given.adrelid = made.oid and given.adnum = its.attnum "
        "where made.oid = to_regclass('weir_outbox') and pg_has_role(made.relowner, 'USAGE') "
        "and pg_get_expr(given.adbin, made.oid) <> 'clock_timestamp()')">;

// Rows come and go at the rate of the messages: vacuum must follow their number, not the size of
// the table, or dead rows outnumber living ones a thousand times.
constexpr auto make_inbox = own<
    "create table if not exists weir_inbox ("
    "consumer text collate \"C\" not null, "
    "message_id text collate \"C\" not null, "
    "handled_at timestamptz not null default now(), "
    "primary key (consumer, message_id)) "
    "with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1)">;
/// Of a table made before its rows were found by their pages.
constexpr auto drop_old_index = own<"drop index if exists weir_inbox_handled_at">;

// `number` is drawn when the row is inserted, which is the last thing before its commit: of two
// transactions that lock the same row of the user's, the one that commits first has the smaller.
// `created_at` is of the same moment, and not of the transaction's beginning.
constexpr auto make_outbox =
    own<"create table if not exists weir_outbox ("
        "id bigint primary key, "
        "number bigint generated always as identity, "
        "key text collate \"C\" not null, "
        "subject text not null, "
        "message_id text not null, "
        "headers text not null default '', "
        "body text not null, "
        "created_at timestamptz not null default clock_timestamp()) "
        "with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, "
        "autovacuum_vacuum_cost_delay = 0)">;
/// A table made before events had headers.
constexpr auto add_headers =
    own<"alter table weir_outbox add column if not exists headers text not null default ''">;
/// A table made when its rows had the time at which their transactions began.
constexpr auto tell_time =
    own<"alter table weir_outbox alter column created_at set default clock_timestamp()">;
constexpr auto make_delayed =
    own<"create table if not exists weir_delayed ("
        "message_id text collate \"C\" primary key, "
        "id bigint not null, "
        "due timestamptz not null, "
        "key text collate \"C\" not null, "
        "subject text not null, "
        "headers text not null, "
        "body text not null)">;
constexpr auto index_delayed =
    own<"create index if not exists weir_delayed_due on weir_delayed (due)">;
constexpr auto make_programs = own<"create sequence if not exists weir_outbox_programs as integer">;
constexpr auto make_schedules =
    own<"create table if not exists weir_schedules (name text primary key, "
        "last timestamptz not null)">;

constexpr auto make_versions =
    own<"create table if not exists weir_versions ("
        "consumer text collate \"C\" not null, "
        "key text collate \"C\" not null, "
        "version bigint not null, "
        "previous bigint, "
        "primary key (consumer, key), "
        "constraint weir_versions_newer check (version > previous))">;
// What exists already is no news.
constexpr auto be_quiet = own<"set local client_min_messages = warning">;

task<> make_all(postgres::tx& in) {
  in.enqueue(be_quiet);
  co_await in.lock(postgres::advisory_key("weir effect tables"));
  in.enqueue(make_inbox);
  in.enqueue(drop_old_index);
  in.enqueue(make_outbox);
  in.enqueue(add_headers);
  in.enqueue(tell_time);
  in.enqueue(make_delayed);
  in.enqueue(index_delayed);
  in.enqueue(make_programs);
  in.enqueue(make_schedules);
  in.enqueue(make_versions);
  co_await in.flush();
}

}  // namespace

task<> make_effect_tables(postgres::pool& database) {
  // A role that may only use the tables starts all the same once somebody else has made them.
  if (co_await database.one<bool>(tables_exist)) co_return;
  co_await database.transaction(make_all);
}

}  // namespace weir::detail
