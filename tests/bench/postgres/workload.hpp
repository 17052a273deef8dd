// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "weir/postgres/statement.hpp"

namespace weir::bench {

/// What every side does in the same way, so that nothing but the client differs.
inline constexpr std::uint64_t keys = 10'000;       // of the table that is read, and of the states
inline constexpr std::uint64_t batch_events = 64;   // that are committed together
inline constexpr std::uint64_t committers = 2;      // one's batch is sent while one's is committed
inline constexpr std::uint64_t single_clients = 8;  // where each event is committed alone
inline constexpr std::uint64_t reads_at_once = 128;
inline constexpr std::uint64_t upsert_rows = 1000;  // of one statement
inline constexpr std::size_t body_bytes = 120;

/// Every count of events is a multiple of it: whole batches, and as many for each client.
inline constexpr std::uint64_t events_unit = batch_events * committers;
static_assert(events_unit % single_clients == 0 && keys % single_clients == 0);

inline constexpr auto find_item =
    stmt<"select id, body from items where id = $1", postgres::statement_kind::read>;

inline constexpr auto insert_inbox =
    stmt<"insert into inbox(event_id) values ($1) on conflict do nothing">;
inline constexpr auto upsert_state = stmt<
    "insert into states(key, version, body) values ($1, 1, $2) "
    "on conflict (key) do update set version = states.version + 1, body = excluded.body">;
inline constexpr auto insert_outbox = stmt<"insert into outbox(event_id, body) values ($1, $2)">;

inline constexpr auto upsert_stock = stmt<
    "insert into stock(id, quantity, body) "
    "select * from unnest($1::bigint[], $2::integer[], $3::text[]) "
    "on conflict (id) do update set quantity = excluded.quantity, body = excluded.body">;

inline std::string make_body() { return std::string(body_bytes, 'x'); }

}  // namespace weir::bench
