// SPDX-License-Identifier: Apache-2.0
#include "clean_pool.hpp"

#include "weir/sleep.hpp"

namespace weir::test {
namespace {

constexpr std::chrono::milliseconds look_interval{1};

constexpr auto in_transactions = stmt<
    "select count(*) from pg_stat_activity where backend_type = 'client backend' "
    "and pid <> pg_backend_pid() and application_name = 'weir' and xact_start is not null">;
constexpr auto is_untouched = stmt<
    "select pg_current_xact_id_if_assigned() is null "
    "and current_setting('transaction_isolation') = 'read committed' "
    "and current_setting('statement_timeout') = '0' and not exists "
    "(select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())">;

}  // namespace

task<> check_clean(postgres::pool& db) {
  // A connection that was closed may take the server a moment: until then it counts.
  for (bool ended = false; !ended;) {
    const auto others = co_await db.one<std::int64_t>(in_transactions);
    ended = others == 0;
  }
  // What was cancelled is cleaned beside the rest, and comes back.
  while (db.stats().idle != db.stats().connections) co_await sleep(look_interval);
  const auto before = db.stats();
  CHECK(before.waiting == 0);
  CHECK(before.idle == before.connections);
  CHECK(before.connections > 0);
  // All at once, each gets another one.
  std::vector<postgres::transaction> held;
  for (std::size_t i = 0; i < before.connections; ++i) {
    postgres::transaction one = co_await db.begin();
    const bool clean = co_await one.one<bool>(is_untouched);
    CHECK(clean);
    held.push_back(std::move(one));
  }
  for (postgres::transaction& one : held) co_await one.rollback();
  const bool clean = co_await db.one<bool>(is_untouched);
  CHECK(clean);
  const auto after = db.stats();
  CHECK(after.connections == before.connections);
  CHECK(after.idle == after.connections);
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace weir::test
