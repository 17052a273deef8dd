// SPDX-License-Identifier: Apache-2.0
#include "outbox_relay.hpp"

#include <algorithm>
#include <limits>

#include "weir/observe/log.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

using postgres::statement_kind;

constexpr auto read_newest = stmt<"select coalesce(max(number), 0) from weir_outbox",
                                  statement_kind::read, "weir_outbox_newest">;
constexpr auto bound_idleness = stmt<"set local idle_in_transaction_session_timeout = '30s'",
                                     statement_kind::write, "weir_outbox_idle_limit">;
// What is due is old enough to be sent by the same sweep.
constexpr auto move_due = stmt<
    "with due as (delete from weir_delayed where message_id = any(array(select message_id "
    "from weir_delayed where due <= now() order by due limit 4096)) returning *) "
    "insert into weir_outbox (id, key, subject, message_id, headers, body, created_at) "
    "select id, key, subject, message_id, headers, body, now() - interval '1 hour' "
    "from due order by due, id",
    statement_kind::write, "weir_outbox_due">;
// As many as take 16 MiB, but one in any case. The table has no index by number: it is as good as
// empty, but after an outage, when reading all of it once for so many rows costs little. What is
// passed by keeps the later ones of its key, but where its stream refuses it for good.
//
// So does what is too young: a row may be older than one of a smaller number where it has the time
// of another clock, or of the beginning of its transaction. And behind a transaction that has been
// at work in the table since before a row was stored there may be an earlier one of its key, which
// nobody sees yet. Of those that another role has begun nothing is known; they are not waited for,
// since there may always be one.
constexpr auto read_left = stmt<
    "with holding as (select key, min(number) as first from weir_outbox where key <> '' "
    "and (created_at > now() - $2::float8 * interval '1 second' "
    "or (number <= $3 and id not in (select unnest($4::bigint[])))) group by key) "
    "select id, key, subject, message_id, headers, body from (select *, "
    "sum(octet_length(body)) over (order by number) - octet_length(body) as before from "
    "(select late.* from weir_outbox as late left join holding on holding.key = late.key "
    "where number <= $1 and created_at <= now() - $2::float8 * interval '1 second' "
    "and number > $3 "
    "and (late.key = '' or (number < coalesce(holding.first, number + 1) "
    "and created_at < (select coalesce(min(xact_start), 'infinity') from pg_locks "
    "join pg_stat_activity as its using (pid) where relation = 'weir_outbox'::regclass "
    "and database = its.datid and mode = 'RowExclusiveLock' and granted "
    "and pid <> pg_backend_pid() and its.datname = current_database()))) "
    "order by number limit 4096) as first_ones) as with_size "
    "where before < 16777216 order by number",
    statement_kind::write, "weir_outbox_read">;
constexpr std::size_t rows_max = 4096;
constexpr std::size_t bytes_max = std::size_t{16} << 20;
constexpr auto read_last =
    stmt<"select coalesce(max(number), 0) from weir_outbox where id = any($1)",
         statement_kind::write, "weir_outbox_last">;
constexpr auto delete_sent =
    stmt<"delete from weir_outbox where id = any($1)", statement_kind::write, "weir_outbox_delete">;

constexpr postgres::advisory_key sweeper("weir outbox relay");
constexpr duration sweep_interval = std::chrono::seconds(1);
constexpr duration sweep_limit = std::chrono::seconds(20);
/// How many events that their streams refuse for good a round passes by.
constexpr std::size_t passed_by_max = 65'536;
/// Far longer than it takes to send an event from memory, unless there is trouble.
constexpr duration left_alone_age = std::chrono::seconds(5);

/// Whether more may follow behind what a sweep has read.
bool is_full(const std::vector<outbox_row>& rows) {
  std::size_t bytes = 0;
  for (const auto& row : rows) bytes += row.body.size();
  return rows.size() == rows_max || bytes >= bytes_max;
}

}  // namespace

task<std::optional<error>> outbox_relay::catch_up() {
  round_ = {};
  const auto newest = co_await database_.one<std::int64_t>(read_newest);
  for (;;) {
    const sweep_bounds all{duration::zero(), newest};
    const auto done = co_await sweep(all);
    if (done.obstacle) co_return done.obstacle;
    if (done.was_leader && done.sent == 0) co_return std::nullopt;
    if (!done.was_leader) co_await sleep(sweep_interval);
  }
}

task<> outbox_relay::wait_a_second() { co_await sleep(sweep_interval); }

task<> outbox_relay::run(std::function<task<>()> pause) {
  for (bool is_more = false;;) {
    if (!is_more) co_await pause();
    const sweep_bounds left{left_alone_age, std::numeric_limits<std::int64_t>::max()};
    const auto done = co_await sweep(left).as_result();
    is_more = done && done->sent > 0 && !done->obstacle;
    if (!done) {
      if (done.error().is_cancelled()) throw done.error();
      // While the database is away, who waits for it says so.
      if (done.error().disposition() != disposition::retry) tell_failure(done.error());
      continue;
    }
    failure_told_ = false;
    if (done->sent > done->were_due) {
      log_info("sent " + std::to_string(done->sent - done->were_due) +
               " events that were left in weir_outbox");
    }
    if (done->obstacle) {
      tell(*done->obstacle);
    } else {
      obstacle_told_ = false;
    }
  }
}

void outbox_relay::tell(const error& obstacle) {
  if (std::exchange(obstacle_told_, true)) return;
  log_warning("events wait in weir_outbox: " + obstacle.message());
}

void outbox_relay::tell_failure(const error& why) {
  if (std::exchange(failure_told_, true)) return;
  log_error("events wait in weir_outbox and weir_delayed, which cannot be swept: " + why.message());
}

task<outbox_relay::sweep_result> outbox_relay::sweep(sweep_bounds bounds) {
  // Not a coroutine itself, so what it captures lives as long as this frame.
  const auto body = [this, bounds](postgres::tx& in) { return sweep_in(in, bounds); };
  sweep_result done = co_await with_timeout(sweep_limit, database_.transaction(body));
  if (!done.was_leader) co_return done;
  if (!done.was_full || round_.refused.size() + done.refused.size() > passed_by_max) {
    round_ = {};
  } else if (done.obstacle) {
    round_.passed = std::max(round_.passed, done.last_left);
    round_.refused.insert(round_.refused.end(), done.refused.begin(), done.refused.end());
  }
  co_return done;
}

task<outbox_relay::sweep_result> outbox_relay::sweep_in(postgres::tx& in, sweep_bounds bounds) {
  sweep_result done;
  in.enqueue(bound_idleness);
  done.was_leader = co_await in.try_lock(sweeper);
  if (!done.was_leader) co_return done;
  done.were_due = co_await in.exec(move_due);
  const double age = std::chrono::duration<double>(bounds.age).count();
  auto rows =
      co_await in.query<outbox_row>(read_left, bounds.through, age, round_.passed, round_.refused);
  if (rows.empty()) co_return done;
  done.was_full = is_full(rows);
  std::vector<std::int64_t> ids;
  for (const auto& row : rows) ids.push_back(row.id);
  sent_events sent = co_await send_left_events(jetstream_, std::move(rows));
  std::vector<std::int64_t> left;
  for (const auto& row : sent.unconfirmed) left.push_back(row.id);
  for (const auto& row : sent.refused) done.refused.push_back(row.id);
  left.insert(left.end(), done.refused.begin(), done.refused.end());
  std::ranges::sort(left);
  std::erase_if(ids, [&left](std::int64_t id) { return std::ranges::binary_search(left, id); });
  done.sent = ids.size();
  // What only takes longer than one sweep is sent by the next.
  const bool goes_on = sent.was_time_over && !sent.refusal && done.sent > 0;
  if (!goes_on && sent.failure() != nullptr) done.obstacle = *sent.failure();
  if (!left.empty()) done.last_left = co_await in.one<std::int64_t>(read_last, left);
  co_await in.exec(delete_sent, ids);
  co_return done;
}

}  // namespace weir::detail
