// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/copy_target.hpp"

#include "refuse.hpp"
#include "session.hpp"

namespace weir::postgres::detail {
namespace {

constexpr auto name_of_type =
    stmt<"select format_type($1::bigint::oid, null)", statement_kind::read, "weir_type_name">;

task<> refuse_column(tx& db, const copy_plan& plan, std::size_t at, oid found) {
  const copy_column& column = plan.columns[at];
  const auto type = co_await db.one<std::string>(name_of_type, std::int64_t{found});
  refuse_argument(std::string(plan.name) + ": column \"" + std::string(column.name) + "\" is " +
                  type + ", the field of that name travels as " + std::string(column.type) +
                  ", and COPY casts nothing: change the field or the column, or use a statement, "
                  "which casts (bulk_insert, query)");
}

/// Looks at the types of the columns.
task<std::vector<oid>> column_types(tx& db, const copy_plan& plan) {
  const result_set rows = co_await session_access::of(db).run(*plan.look, {});
  std::vector<oid> types;
  for (std::size_t at = 0; at < plan.columns.size(); ++at) {
    types.push_back(rows.column_type(static_cast<int>(at)));
    if (!plan.columns[at].takes(types.back())) {
      co_await refuse_column(db, plan, at, types.back());
    }
  }
  co_return types;
}

}  // namespace

task<copy_target> begin_copy(tx& db, const copy_plan& plan) {
  std::vector<oid> types = co_await column_types(db, plan);
  session& in = session_access::of(db);
  co_await in.begin_copy(plan.sql, plan.name);
  co_return copy_target{.in = &in, .own = nullptr, .types = std::move(types)};
}

task<copy_target> begin_copy(pool& db, const copy_plan& plan, transaction_options options) {
  postgres::transaction work = co_await db.begin(options);
  copy_target begun = co_await begin_copy(work, plan);
  begun.own = std::make_unique<postgres::transaction>(std::move(work));
  co_return begun;
}

}  // namespace weir::postgres::detail
