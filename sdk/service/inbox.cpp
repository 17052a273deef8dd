// SPDX-License-Identifier: Apache-2.0
#include "inbox.hpp"

#include <algorithm>

#include "weir/loop.hpp"
#include "weir/postgres/error.hpp"
#include "weir/sleep.hpp"

namespace weir::detail {
namespace {

using postgres::statement_kind;

constexpr auto enter_one = stmt<"insert into weir_inbox (consumer, message_id) values ($1, $2)",
                                statement_kind::write, "weir_inbox_enter">;
constexpr auto enter_many =
    stmt<"insert into weir_inbox (consumer, message_id) select $1, unnest($2::text[])",
         statement_kind::write, "weir_inbox_enter_many">;
constexpr auto leave_many =
    stmt<"delete from weir_inbox where consumer = $1 and message_id = any($2)",
         statement_kind::write, "weir_inbox_leave">;
constexpr auto find_many =
    stmt<"select message_id from weir_inbox where consumer = $1 and message_id = any($2)",
         statement_kind::read, "weir_inbox_find">;
constexpr auto count_pages =
    stmt<"select pg_relation_size('weir_inbox') / current_setting('block_size')::bigint",
         statement_kind::read, "weir_inbox_pages">;
// There is no index by time: it would cost each message as much as its row. The table is walked by
// its pages instead, a part of it at a time.
constexpr auto forget = stmt<
    "delete from weir_inbox where ctid >= ('(' || $3::bigint || ',0)')::tid "
    "and ctid < ('(' || $4::bigint || ',0)')::tid and consumer = $1 "
    "and handled_at < now() - $2::float8 * interval '1 second'",
    statement_kind::write, "weir_inbox_forget">;

constexpr duration forget_interval = std::chrono::seconds(30);
/// How often the whole table is walked in the time that a row is kept: so it holds a quarter more
/// than it should, at most.
constexpr std::int64_t walks_while_kept = 4;
/// A small table is walked in one go, and of a larger one so many pages at a time (8 MiB).
constexpr std::int64_t pages_at_once = 1024;
/// Between two parts of one round: a burst of deletions would fill the server's log at once.
constexpr duration forget_pause = std::chrono::milliseconds(50);

}  // namespace

void inbox::enter(postgres::tx& in, const std::string& message_id) const {
  in.enqueue(enter_one, name_, message_id);
}

void inbox::enter_all(postgres::tx& in, const std::vector<std::string>& message_ids) const {
  in.enqueue(enter_many, name_, message_ids);
}

void inbox::leave_all(postgres::tx& in, const std::vector<std::string>& message_ids) const {
  in.enqueue(leave_many, name_, message_ids);
}

task<std::vector<std::string>> inbox::handled_of(std::vector<std::string> message_ids) const {
  co_return co_await database_.query<std::string>(find_many, name_, message_ids);
}

task<> inbox::keep_short() {
  for (;;) {
    co_await sleep(forget_interval);
    const auto done = co_await forget_old().as_result();
    // What could not be deleted now is older the next time.
    if (!done && done.error().is_cancelled()) throw done.error();
  }
}

/// Walks the part of the table that is due after one interval.
task<> inbox::forget_old() {
  const double seconds = std::chrono::duration<double>(kept_).count();
  const auto pages = co_await database_.one<std::int64_t>(count_pages);
  const std::int64_t rounds = std::max<std::int64_t>(kept_ / forget_interval / walks_while_kept, 1);
  const std::int64_t parts = std::max<std::int64_t>(pages / pages_at_once / rounds, 0) + 1;
  for (std::int64_t part = 0; part < parts; ++part) {
    if (next_page_ >= pages) next_page_ = 0;
    const std::int64_t end = next_page_ + pages_at_once;
    co_await database_.exec(forget, name_, seconds, next_page_, end);
    next_page_ = end;
    if (part + 1 < parts) co_await sleep(forget_pause);
  }
}

bool is_duplicate(const error& failure) noexcept {
  const auto* by_server = dynamic_cast<const postgres::error*>(&failure);
  return by_server != nullptr && by_server->constraint() == inbox_key;
}

}  // namespace weir::detail
