// SPDX-License-Identifier: Apache-2.0
#include "outbox_core.hpp"

#include <algorithm>

#include "weir/observe/log.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

using postgres::statement_kind;

constexpr auto take_number =
    stmt<"select nextval('weir_outbox_programs')", statement_kind::write, "weir_outbox_number">;
constexpr auto delete_rows =
    stmt<"delete from weir_outbox where id = any($1)", statement_kind::write, "weir_outbox_delete">;

/// The upper half of an id is the program's number, the lower half its own count.
constexpr int count_bits = 32;

/// Rows gather this long before they are deleted together: a deletion is a commit of its own.
constexpr duration delete_interval = std::chrono::milliseconds(50);
constexpr std::size_t deleted_at_once_max = 8192;
constexpr duration last_delete_limit = std::chrono::seconds(5);

}  // namespace

task<> outbox_core::open() {
  const auto number = co_await database_.one<std::int64_t>(take_number);
  next_id_ = number << count_bits;
  upkeep_.spawn(keep_deleting());
}

task<> outbox_core::close() {
  co_await upkeep_.close();
  if (confirmed_.empty()) co_return;
  const auto deleted = co_await with_timeout(last_delete_limit, delete_confirmed()).as_result();
  if (deleted) co_return;
  log_warning(
      "events that are sent stay in weir_outbox; the next program sends them again, which "
      "their streams refuse",
      {{"error", deleted.error()}});
}

std::vector<outbox_row> outbox_core::store(postgres::tx& in, event_rows rows) {
  number(rows.now);
  number(rows.later);
  store_rows(in, rows.now);
  store_rows(in, rows.later);
  return std::move(rows.now);
}

task<sent_events> outbox_core::send(std::vector<outbox_row> rows) {
  std::vector<std::int64_t> ids;
  ids.reserve(rows.size());
  for (const auto& row : rows) ids.push_back(row.id);
  sent_events sent = co_await send_events(jetstream_, std::move(rows));
  for (const auto& row : sent.unconfirmed) std::erase(ids, row.id);
  for (const auto& row : sent.refused) std::erase(ids, row.id);
  confirmed_.insert(confirmed_.end(), ids.begin(), ids.end());
  if (!confirmed_.empty()) has_confirmed_.set();
  co_return sent;
}

task<> outbox_core::keep_deleting() {
  for (;;) {
    co_await has_confirmed_.wait();
    co_await sleep(delete_interval);
    has_confirmed_.reset();
    const auto deleted = co_await delete_confirmed().as_result();
    if (deleted) continue;
    if (deleted.error().is_cancelled()) throw deleted.error();
    has_confirmed_.set();  // The database is away: who waits for it says so.
  }
}

task<> outbox_core::delete_confirmed() {
  while (!confirmed_.empty()) {
    const auto count =
        static_cast<std::ptrdiff_t>(std::min(confirmed_.size(), deleted_at_once_max));
    const std::vector<std::int64_t> ids(confirmed_.begin(), confirmed_.begin() + count);
    co_await database_.exec(delete_rows, ids);
    confirmed_.erase(confirmed_.begin(), confirmed_.begin() + count);
  }
}

}  // namespace weir::detail
