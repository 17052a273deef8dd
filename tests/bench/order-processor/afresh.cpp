// SPDX-License-Identifier: Apache-2.0
#include "afresh.hpp"

#include <optional>

#include "orders.hpp"
#include "orders/check_orders.hpp"
#include "orders/publish_orders.hpp"
#include "weir/postgres/statement.hpp"

namespace weir::bench {
namespace {

// Some tables are made by who uses them.
constexpr auto empty_tables = stmt<R"(
DO $do$
DECLARE one text;
BEGIN
  FOREACH one IN ARRAY ARRAY['orders', 'weir_inbox', 'weir_outbox', 'by_hand_inbox',
                             'by_hand_outbox'] LOOP
    IF to_regclass(one) IS NOT NULL THEN EXECUTE 'TRUNCATE ' || one; END IF;
  END LOOP;
END $do$)">;
constexpr auto checkpoint = stmt<"CHECKPOINT">;

// A count of a table whose name is a parameter; NULL where there is no such table.
constexpr auto count_rows = stmt<R"(
SELECT CASE WHEN to_regclass($1) IS NOT NULL THEN
  (xpath('/row/count/text()', query_to_xml('SELECT count(*) FROM ' || $1, false, true, '')))
    [1]::text::bigint
END)",
                                 postgres::statement_kind::read>;

error wrong(const side& who, const std::string& what) {
  return error(errc::invalid_input, disposition::permanent,
               "this run does not count: " + who.name + ' ' + what);
}

task<std::optional<std::int64_t>> rows_of(orders::order_clients with, std::string table) {
  const auto counted = co_await with.database.query<std::optional<std::int64_t>>(count_rows, table);
  co_return *counted.begin();
}

task<> require_rows(orders::order_clients with, side who, std::string table, std::uint64_t rows) {
  if (table.empty()) co_return;
  const auto found = co_await rows_of(with, table);
  if (!found && who.is_weir) co_return;
  if (found.value_or(-1) != static_cast<std::int64_t>(rows))
    throw wrong(who, "left " + std::to_string(found.value_or(-1)) + " rows in " + table +
                         " in place of " + std::to_string(rows));
}

}  // namespace

task<bool> has_table(orders::order_clients with, std::string name) {
  const auto rows = co_await rows_of(with, name);
  co_return rows.has_value();
}

task<> start_afresh(orders::order_clients with) {
  const auto deleted = co_await with.jetstream.delete_stream(std::string(Orders::name)).as_result();
  if (!deleted.has_value() && !deleted.error().is(errc::not_found)) throw deleted.error();
  co_await orders::ensure_orders_stream(with.jetstream);
  co_await with.database.exec(empty_tables);
  co_await with.database.exec(checkpoint);
}

task<> require_right(orders::order_clients with, side who, std::uint64_t orders) {
  const auto outcome = co_await orders::check_orders(with.jetstream, with.database, orders);
  if (outcome.lost != 0 || outcome.duplicates != 0 || outcome.strangers != 0 ||
      outcome.rows != orders)
    throw wrong(who, "lost " + std::to_string(outcome.lost) + ", doubled " +
                         std::to_string(outcome.duplicates) + " and invented " +
                         std::to_string(outcome.strangers) + " of " + std::to_string(orders) +
                         " orders");
  co_await require_rows(with, who, who.inbox, orders);
  co_await require_rows(with, who, who.outbox, 0);
}

}  // namespace weir::bench
