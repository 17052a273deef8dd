// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/changed_rows.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "session.hpp"
#include "text_statement.hpp"

namespace weir::postgres::detail {
namespace {

/// For one table in one session.
constexpr duration scan_limit = std::chrono::seconds(10);
constexpr auto limit_scans =
    stmt<"set local statement_timeout = '10s'", statement_kind::write, "weir_trial_limit">;

// The number of a subtransaction that is done is not among the locks: those are found by their
// rows.
constexpr auto own_numbers = stmt<
    "select transactionid::text from pg_locks where pid = pg_backend_pid() "
    "and locktype = 'transactionid' and mode = 'ExclusiveLock' and granted",
    statement_kind::read, "weir_trial_numbers">;
constexpr auto own_number = stmt<"select pg_current_xact_id_if_assigned()::text",
                                 statement_kind::read, "weir_trial_number">;
constexpr auto later_number =
    stmt<"select pg_current_xact_id()::text", statement_kind::write, "weir_trial_later_number">;
/// One that the handler has set is not that of the session beside it, nor of who reads the names.
constexpr auto usual_path =
    stmt<"set local search_path to default", statement_kind::write, "weir_trial_path">;
constexpr auto touched_tables = stmt<
    "select s.relid::regclass::text as name, "
    "format('%I.%I', s.schemaname, s.relname) as sql_name, s.n_tup_ins as inserted, "
    "s.n_tup_upd as updated, s.n_tup_del as deleted, "
    "coalesce((select string_agg('weir_row.' || quote_ident(a.attname), ', ' order by a.attnum) "
    "from pg_index i join pg_attribute a on a.attrelid = i.indrelid "
    "and a.attnum = any(i.indkey) where i.indrelid = s.relid and i.indisprimary), '') as key "
    "from pg_stat_xact_user_tables s "
    "where s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 0 order by 1",
    statement_kind::read, "weir_trial_tables">;

struct touched_table {
  std::string name;
  std::string sql_name;  ///< The same table whatever is searched.
  std::int64_t inserted;
  std::int64_t updated;
  std::int64_t deleted;
  std::string key;  ///< Columns of the primary key, with commas; empty for none.
};

/// A version of a row: its place in the table, what wrote it, its primary key, its columns.
using row_version = std::tuple<std::string, std::string, std::string, std::string>;

task<result_set> ask(tx& in, std::string sql) {
  const auto asked = std::make_shared<text_statement>(std::move(sql));
  session_access::of(in).send(asked, {});
  co_await in.flush();
  co_return std::move(asked->rows);
}

std::string select_versions(const touched_table& of, const std::string& where) {
  return "select weir_row.ctid::text, weir_row.xmin::text, jsonb_build_array(" + of.key +
         ")::text, to_jsonb(weir_row)::text from only " + of.sql_name + " weir_row where " + where +
         " limit " + std::to_string(changed_rows_max + 1);
}

std::string list_of(const std::set<std::string>& texts) {
  std::string list;
  for (const auto& one : texts) list += (list.empty() ? "\"" : ",\"") + one + '"';
  return list;
}

/// Looks for what one transaction has changed; of no use after it.
class change_reader {
 public:
  change_reader(tx& in, pool& beside, std::string number)
      : in_(in), beside_(beside), number_(std::move(number)) {}

  task<std::vector<changed_table>> read() {
    in_.enqueue(usual_path);
    const auto tables = co_await in_.query<touched_table>(touched_tables);
    const auto held = co_await in_.query<std::string>(own_numbers);
    numbers_.insert(held.begin(), held.end());
    later_ = co_await beside_.one<std::string>(later_number);
    co_await in_.exec(limit_scans);
    std::vector<changed_table> changed;
    // All new versions first: they tell the numbers of subtransactions.
    for (const auto& one : tables) {
      changed.push_back({one.name, one.inserted, one.updated, one.deleted});
      written_.emplace_back();
      co_await note_failure(changed.back(), read_written(one));
    }
    for (std::size_t at = 0; at < tables.size(); ++at) {
      if (changed[at].unread.empty()) {
        co_await note_failure(changed[at], read_replaced(tables[at], written_[at], changed[at]));
      }
    }
    co_return changed;
  }

 private:
  static task<> note_failure(changed_table& of, task<> look) {
    const auto done = co_await std::move(look).as_result();
    if (done) co_return;
    if (done.error().is_cancelled()) throw done.error();
    of.unread = done.error().message();
    of.rows.clear();
  }

  /// What it sees and nobody has committed is its own.
  task<> read_written(const touched_table& of) {
    if (of.inserted + of.updated + of.deleted > changed_rows_max) {
      throw error_of_many();
    }
    // Row versions have the lower half of a number; those of this transaction are its own number or
    // a later one. An old row's may look later than any that was given, which must not be asked
    // for.
    const std::string writer = "(" + number_ + " + (weir_row.xmin::text::bigint - " + number_ +
                               " % 4294967296 + 4294967296) % 4294967296)";
    const std::string where = "case when " + writer + " < " + later_ + " then pg_xact_status(" +
                              writer + "::text::xid8) = 'in progress' else false end";
    std::string sql = select_versions(of, where);
    std::vector<row_version>& written = written_.back();
    // Not a coroutine itself, so what it captures lives as long as this frame.
    const auto body = [&](tx& in) { return ask(in, std::move(sql)); };
    const result_set rows = co_await in_.savepoint(body);
    written = read_rows<row_version>(rows);
    for (const auto& one : written) numbers_.insert(std::get<1>(one));
  }

  /// Versions that are still there for others, and have an end that is its own.
  task<> read_replaced(const touched_table& of, const std::vector<row_version>& written,
                       changed_table& to) {
    transaction_options options;
    options.read_only = true;
    options.statement_timeout = scan_limit;
    transaction other = co_await beside_.begin(options);
    std::string sql =
        select_versions(of, "weir_row.xmax = any('{" + list_of(numbers_) + "}'::xid[])");
    const auto found = co_await ask(other, std::move(sql)).as_result();
    co_await other.rollback();
    if (!found) throw found.error();
    auto replaced = read_rows<row_version>(*found);
    co_await leave_out_locked(of, replaced);
    pair(of, std::move(replaced), written, to);
  }

  /// A row that is only locked has such an end, too; but the transaction still sees it.
  task<> leave_out_locked(const touched_table& of, std::vector<row_version>& versions) {
    if (versions.empty()) co_return;
    std::set<std::string> places;
    for (const auto& one : versions) places.insert(std::get<0>(one));
    const result_set rows = co_await ask(
        in_, "select weir_row.ctid::text from only " + of.sql_name +
                 " weir_row where weir_row.ctid = any('{" + list_of(places) + "}'::tid[])");
    const auto seen = read_rows<std::string>(rows);
    std::erase_if(versions, [&seen](const row_version& one) {
      return std::ranges::find(seen, std::get<0>(one)) != seen.end();
    });
  }

  static void pair(const touched_table& of, std::vector<row_version> replaced,
                   const std::vector<row_version>& written, changed_table& to) {
    for (const auto& after : written) {
      changed_row row{.before = {}, .after = std::get<3>(after)};
      const auto before = std::ranges::find_if(replaced, [&](const row_version& one) {
        return !of.key.empty() && std::get<2>(one) == std::get<2>(after);
      });
      if (before != replaced.end()) {
        row.before = std::get<3>(*before);
        replaced.erase(before);
      }
      to.rows.push_back(std::move(row));
    }
    for (auto& gone : replaced) {
      to.rows.push_back({.before = std::move(std::get<3>(gone)), .after = {}});
    }
  }

  static weir::error error_of_many() {
    return {errc::limit_exceeded, disposition::permanent,
            "more than " + std::to_string(changed_rows_max) + " rows"};
  }

  tx& in_;
  pool& beside_;
  std::string number_;             ///< Of the transaction, all of it.
  std::string later_;              ///< One that was given after all of its own.
  std::set<std::string> numbers_;  ///< Lower halves, with those of its subtransactions.
  std::vector<std::vector<row_version>> written_;  ///< By table.
};

}  // namespace

task<std::vector<changed_table>> changed_rows(tx& in, pool& beside) {
  const auto number = co_await in.one<std::optional<std::string>>(own_number);
  if (!number) co_return std::vector<changed_table>();
  change_reader reader(in, beside, *number);
  co_return co_await reader.read();
}

}  // namespace weir::postgres::detail
