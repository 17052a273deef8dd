// SPDX-License-Identifier: Apache-2.0
// A service whose every effect is visible if it is there twice, or not at all, or out of order. Its
// environment says in which form its handler is: LEDGER_FORM is "tx", or "unit", or "leader" for a
// unit with one program at a time.
#include <cstdlib>

#include <weir/sdk.hpp>

#include "entries.hpp"

using namespace std::chrono_literals;
using weir::postgres::statement_kind;

constexpr auto book = weir::stmt<"insert into entries (account, number) values ($1, $2)">;
constexpr auto read_balance =
    weir::stmt<"select entries from balances where account = $1", statement_kind::read>;
constexpr auto write_balance = weir::stmt<
    "insert into balances (account, entries) values ($1, $2) "
    "on conflict (account) do update set entries = excluded.entries">;

weir::task<> book_alone(EntryMade entry, weir::tx& db) {
  const auto known = co_await db.maybe<std::int64_t>(read_balance, entry.account);
  co_await db.exec(book, entry.account, entry.number);
  co_await db.exec(write_balance, entry.account, known.value_or(0) + 1);
  db.publish(EntryBooked{entry.account, entry.number});
}

weir::task<> book_together(EntryMade entry, weir::unit& db) {
  const auto known = co_await db.maybe<std::int64_t>(read_balance, entry.account);
  db.exec(book, entry.account, entry.number);
  db.exec(write_balance, entry.account, known.value_or(0) + 1);
  db.publish(EntryBooked{entry.account, entry.number});
}

int main(int argc, char** argv) {
  const char* form = std::getenv("LEDGER_FORM");
  auto policy = weir::durable("ledger")
                    .workers(64)
                    .ordered_by<&EntryMade::account>()
                    .retry(50, weir::exponential(5ms, 200ms).full_jitter())
                    .ack_wait(1s)
                    .dead_letter("dlq.ledger");
  weir::service ledger("ledger");
  ledger.migrations(LEDGER_MIGRATIONS);
  if (form != nullptr && std::string_view(form) == "leader") policy.leader_only();
  if (form != nullptr && std::string_view(form) == "tx") {
    ledger.on<book_alone>(policy);
  } else {
    ledger.on<book_together>(policy);
  }
  return ledger.main(argc, argv);
}
