// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "weir/postgres/detail/held_bytes.hpp"
#include "weir/postgres/detail/kept_rows.hpp"
#include "weir/postgres/detail/owned.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/postgres/table.hpp"

namespace weir::postgres {

/// How many statements and rows one unit holds, and the size of their arguments in bytes.
inline constexpr std::size_t unit_statements_max = 1024;
inline constexpr std::size_t unit_bytes_max = std::size_t{16} << 20;

/// One event's part of a commit that it shares with others: reads go out at once, writes are kept.
/// Made by group_commit::run(), which says what is promised.
class unit {
 public:
  explicit unit(pool& on) noexcept : on_(on) {}
  unit(const unit&) = delete;
  unit& operator=(const unit&) = delete;

  /// All rows, as they are committed now. Statements of kind `read` only; what units have kept,
  /// this one included, does not show.
  template <class Row, fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  task<std::vector<Row>> query(statement<Sql, Kind, Name> what, const Args&... args) {
    static_assert(Kind == statement_kind::read,
                  "a unit reads at once: declare the statement as "
                  "statement_kind::read, or keep it with exec()");
    return on_.query<Row>(what, args...);
  }
  /// The only row; throws `not_found` when there is none, `conflict` when there are more.
  template <class Row, fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  task<Row> one(statement<Sql, Kind, Name> what, const Args&... args) {
    static_assert(Kind == statement_kind::read,
                  "a unit reads at once: declare the statement as "
                  "statement_kind::read, or keep it with exec()");
    return on_.one<Row>(what, args...);
  }
  /// The only row, or nothing; throws `conflict` when there are more.
  template <class Row, fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  task<std::optional<Row>> maybe(statement<Sql, Kind, Name> what, const Args&... args) {
    static_assert(Kind == statement_kind::read,
                  "a unit reads at once: declare the statement as "
                  "statement_kind::read, or keep it with exec()");
    return on_.maybe<Row>(what, args...);
  }

  /// Keeps a statement for the commit; what it gives is dropped. Throws for arguments that cannot
  /// travel, and `limit_exceeded` past `unit_statements_max` or `unit_bytes_max`.
  template <fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  void exec(statement<Sql, Kind, Name>, const Args&... args) {
    const auto& shape = detail::used<statement<Sql, Kind, Name>, void, Args...>();
    check_room();
    const std::size_t first = values_.slots().size();
    detail::encode_into(values_, args...);
    add({&shape, first, nullptr});
  }

  /// Keeps a row for a table. Rows that the units of a group keep for the same table go in one
  /// statement, as by bulk_insert(): this is what to use where there is no more to a statement. The
  /// row is kept, so its fields must own their bytes (std::string, not std::string_view).
  template <class Row, fixed_string Name>
  void insert(table_target<Row, Name>, std::type_identity_t<Row> row) {
    keep<detail::insert_job<table_target<Row, Name>>>(std::move(row));
  }
  /// The same of a row that stays where it is, unchanged, until group_commit::run() has ended.
  template <class Row, fixed_string Name>
  void insert(table_target<Row, Name>, std::reference_wrapper<const Row> row) {
    keep<detail::insert_job<table_target<Row, Name>>>(row);
  }
  /// The same as by bulk_upsert(), but that rows with the same key leave what they would have left
  /// one after the other: where do_update() names only some columns, in statements of their own.
  template <class Table, class Key, class Updated>
  void upsert(upsert_target<Table, Key, Updated>, typename Table::row row) {
    keep<detail::upsert_job<upsert_target<Table, Key, Updated>>>(std::move(row));
  }

  /// How many statements it keeps.
  std::size_t size() const noexcept { return writes_.size(); }

 private:
  friend class detail::group_core;
  friend class detail::group_plan;

  /// Of the inbox, of a table or two, and of the outbox.
  static constexpr std::size_t usual_writes = 4;

  struct write {
    const detail::statement_shape* shape;
    std::size_t first;                      ///< Of its arguments, among all.
    std::unique_ptr<detail::kept_row> row;  ///< Where it is a row.
  };

  /// `Held` is the job's row, or a reference to one.
  template <class Job, class Held>
  void keep(Held row) {
    static_assert(detail::require_row_fields<typename Job::row>());
    static_assert(detail::owned<typename Job::row>,
                  "a field of the row's struct is a view or a pointer, and a unit keeps the row "
                  "longer than what that points to: use a type that owns its bytes, such as "
                  "std::string");
    check_room();
    const typename Job::row& held = row;
    const std::size_t bytes = detail::held_bytes(held);
    add({&Job::shape, 0, std::make_unique<detail::kept_row_of<Job, Held>>(std::move(row))});
    row_bytes_ += bytes;
  }

  void add(write one) {
    if (writes_.empty()) writes_.reserve(usual_writes);
    writes_.push_back(std::move(one));
  }

  /// Throws when there is no room for another statement.
  void check_room() const;
  /// What the arguments of statements take, and, about, the rows.
  std::size_t bytes() const noexcept { return values_.bytes().size() + row_bytes_; }

  pool& on_;
  detail::parameters values_;
  std::vector<write> writes_;
  std::size_t row_bytes_ = 0;
};

}  // namespace weir::postgres
