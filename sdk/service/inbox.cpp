// SPDX-License-Identifier: Apache-2.0
#include "inbox.hpp"

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
constexpr auto forget = stmt<
    "delete from weir_inbox where ctid = any(array("
    "select ctid from weir_inbox where handled_at < now() - $2::float8 * interval '1 second' "
    "and consumer = $1 order by handled_at limit 10000))",
    statement_kind::write, "weir_inbox_forget">;

constexpr std::uint64_t forgotten_at_once = 10'000;  // As the statement says.
constexpr duration forget_interval = std::chrono::seconds(30);
/// Between two deletions of one round: a burst of them would fill the server's log at once.
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

task<> inbox::keep_short() const {
  for (;;) {
    co_await sleep(forget_interval);
    const auto done = co_await forget_old().as_result();
    // What could not be deleted now is older the next time.
    if (!done && done.error().is_cancelled()) throw done.error();
  }
}

task<> inbox::forget_old() const {
  const double seconds = std::chrono::duration<double>(kept_).count();
  while (co_await database_.exec(forget, name_, seconds) == forgotten_at_once) {
    co_await sleep(forget_pause);
  }
}

bool is_duplicate(const error& failure) noexcept {
  const auto* by_server = dynamic_cast<const postgres::error*>(&failure);
  return by_server != nullptr && by_server->constraint() == inbox_key;
}

}  // namespace weir::detail
