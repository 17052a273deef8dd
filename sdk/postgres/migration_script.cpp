// SPDX-License-Identifier: Apache-2.0
#include "migration_script.hpp"

#include "session.hpp"
#include "sql_script.hpp"

namespace weir::postgres::detail {
namespace {

constexpr std::string_view check_constraints = "set constraints all immediate; ";
/// The commit checks them again, each in its own mode.
constexpr std::string_view check_constraints_for_now =
    "savepoint weir_check; set constraints all immediate; rollback to savepoint weir_check; "
    "release savepoint weir_check; ";
/// Files such as pg_dump writes them empty the search path, in which weir's own table lies.
constexpr std::string_view reset_session = "reset session authorization; reset role; reset all";

weir::error failed_migration(const migration_file& file, const error& why, std::size_t line) {
  std::string text = "the migration " + file.name + " failed, and nothing of it was applied";
  if (line > 0) text += "; at line " + std::to_string(line);
  text += ": " + why.fields().message + " (SQLSTATE " + why.sqlstate() + ")";
  if (!why.detail().empty()) text += "; " + why.detail();
  return {why.code(), why.disposition(), std::move(text)};
}

}  // namespace

void refuse_transaction_control(const migration_file& file) {
  for (const script_statement& one : split_script(file.sql)) {
    if (!controls_transaction(one)) continue;
    throw weir::error(errc::invalid_argument, disposition::permanent,
                      "the migration " + file.name +
                          " begins or ends a transaction itself, at line " +
                          std::to_string(one.line) +
                          ": take out its BEGIN, COMMIT and ROLLBACK; nothing of it was applied");
  }
}

task<> run_migration_script(tx& db, const migration_file& file, script_end how) {
  session& here = session_access::of(db);
  std::optional<weir::error> failed;
  try {
    co_await here.run_script(file.sql);
  } catch (const error& why) {
    const std::size_t position = why.fields().position;
    failed = failed_migration(file, why, position > 0 ? line_of(file.sql, position) : 0);
  }
  if (failed) throw *failed;
  const auto check = how == script_end::final ? check_constraints : check_constraints_for_now;
  try {
    co_await here.run_script(std::string(check) + std::string(reset_session));
  } catch (const error& why) {
    failed = failed_migration(file, why, 0);
  }
  if (failed) throw *failed;
}

}  // namespace weir::postgres::detail
