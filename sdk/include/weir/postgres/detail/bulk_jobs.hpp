// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/bulk_outcome.hpp"
#include "weir/postgres/detail/column_arrays.hpp"
#include "weir/postgres/detail/row_order.hpp"
#include "weir/postgres/detail/rows.hpp"

namespace weir::postgres::detail {

/// Tells whether a column has this value.
template <class T>
bool is_value(const result_set& rows, int row, int column, const T& value) {
  if constexpr (owned<T>) {
    return compare_values(read_value<T>(rows, row, column), value) == 0;
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    return read_value<std::string>(rows, row, column) == std::string_view(value);
  } else {
    static_assert(
        requires { postgres::value_of<T>::to_value(value); },
        "a key column has views in an array or a composite: use std::string in it");
    return is_value(rows, row, column, postgres::value_of<T>::to_value(value));
  }
}

/// Throws: the server gave back a key that is none of those that were sent.
[[noreturn]] void lost_key(std::string_view table);

/// Rows on their way into a table, statement after statement.
template <class Table>
class insert_job {
 public:
  using row = typename Table::row;
  static constexpr const statement_shape& shape = insert_shape<Table>;
  static constexpr std::string_view table() { return Table::name(); }
  /// No row is left out for another one.
  static constexpr bool one_row_stands_for_its_key = true;

  explicit insert_job(row_list<row> rows) : rows_(rows) {}

  void restart() {
    next_ = 0;
    stored_ = 0;
  }
  /// Takes the rows of the next statement; false when there are no more.
  bool fill() {
    if (!has_more()) return false;
    next_ = arrays_.fill(rows_, next_, rows_.size(), [](std::size_t number) { return number; });
    return true;
  }
  bool has_more() const { return next_ < rows_.size(); }
  parameters arguments() const { return arrays_.arguments(); }
  void note(const result_set& done) { stored_ += done.affected(); }
  std::uint64_t outcome() const { return stored_; }

 private:
  row_list<row> rows_;
  std::size_t next_ = 0;
  column_arrays<row> arrays_;
  std::uint64_t stored_ = 0;
};

/// The same for rows of which some are there already.
template <class Target>
class upsert_job {
  static constexpr bool updates = !std::same_as<typename Target::updated, column_names<>>;

 public:
  using row = typename Target::row;
  static constexpr const statement_shape& shape = upsert_shape<Target>;
  static constexpr std::string_view table() { return Target::table_type::name(); }
  /// Of several rows with one key, one leaves what all of them would have left, one by one: the
  /// last, where it writes every column, or the first, where that stays as it is.
  static constexpr bool one_row_stands_for_its_key = [] {
    bool writes_every_column = true;
    for (const std::string_view name : field_names<row>()) {
      const bool is_written = Target::key::contains(name) || Target::updated::contains(name);
      writes_every_column = writes_every_column && is_written;
    }
    return writes_every_column || !updates;
  }();
  static int compare_keys_of(const row& left, const row& right) {
    return compare_keys<typename Target::key>(left, right);
  }

  explicit upsert_job(row_list<row> rows)
      : rows_(rows), order_(order_by_key<typename Target::key>(rows, updates)) {
    restart();
  }

  void restart() {
    first_ = next_ = 0;
    outcome_ = {};
    // What has the key of another row is not sent.
    const row_outcome unsent = updates ? row_outcome::superseded : row_outcome::skipped;
    outcome_.rows.assign(rows_.size(), unsent);
    outcome_.skipped = rows_.size() - order_.size();
  }
  bool fill() {
    if (!has_more()) return false;
    first_ = next_;
    next_ = arrays_.fill(rows_, first_, order_.size(),
                         [this](std::size_t number) { return order_[number]; });
    return true;
  }
  bool has_more() const { return next_ < order_.size(); }
  parameters arguments() const { return arrays_.arguments(); }

  /// The server gives the rows that it stored in the order in which they were sent.
  void note(const result_set& done) {
    constexpr int is_new_column = 0;
    const auto stored = static_cast<std::size_t>(done.row_count());
    const bool all_stored = stored == next_ - first_;
    std::size_t at = first_;
    for (int given = 0; given < done.row_count(); ++given, ++at) {
      while (!all_stored && at < next_ && !has_key(done, given, rows_[order_[at]])) skip(at++);
      if (at >= next_) lost_key(Target::table_type::name());
      const bool is_new = read_value<bool>(done, given, is_new_column);
      ++(is_new ? outcome_.inserted : outcome_.updated);
      outcome_.rows[order_[at]] = is_new ? row_outcome::inserted : row_outcome::updated;
    }
    while (at < next_) skip(at++);
  }
  bulk_outcome outcome() { return std::move(outcome_); }

 private:
  void skip(std::size_t at) {
    ++outcome_.skipped;
    outcome_.rows[order_[at]] = row_outcome::skipped;
  }

  /// Tells whether the key that the server gave back is this row's.
  static bool has_key(const result_set& done, int given, const row& sent) {
    int column = 0;
    bool is_same = true;
    for_each_field(sent, [&]<class Field>(std::string_view name, const Field& field) {
      if (!Target::key::contains(name)) return;
      ++column;
      if constexpr (!element_of<Field>::nullable) {
        is_same = is_same && is_value(done, given, column, field);
      }
    });
    return is_same;
  }

  row_list<row> rows_;
  std::vector<std::size_t> order_;  // Of the rows that are sent.
  std::size_t first_ = 0;           // The place in it of the statement's first row,
  std::size_t next_ = 0;            // and of the next one's.
  column_arrays<row> arrays_;
  bulk_outcome outcome_;
};

// Sends one statement; suspends until its answer is there.
task<result_set> run_on(tx& db, const statement_shape& shape, parameters encoded);
task<result_set> run_on(pool& db, const statement_shape& shape, parameters encoded);

/// Sends what the job has taken and all that follows.
template <class On, class Job>
task<> run_filled(On& db, Job& job) {
  do {
    const result_set done = co_await run_on(db, Job::shape, job.arguments());
    job.note(done);
  } while (job.fill());
}

template <class Job>
task<> run_job(tx& db, Job& job) {
  if (job.fill()) co_await run_filled(db, job);
}

template <class Job>
task<> run_job(pool& db, Job& job, bulk_options options) {
  if (!job.fill()) co_return;
  // One statement is a transaction by itself.
  if (!options.one_transaction || !job.has_more()) co_return co_await run_filled(db, job);
  const auto body = [&job](tx& work) {
    job.restart();
    return run_job(work, job);
  };
  co_await db.transaction(body, options.transaction);
}

}  // namespace weir::postgres::detail
