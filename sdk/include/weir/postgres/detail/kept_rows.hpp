// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "weir/postgres/detail/bulk_jobs.hpp"

namespace weir::postgres::detail {

/// Takes the statements of a group, one after the other.
class statement_sink {
 public:
  virtual void put(const statement_shape& shape, const parameters& encoded) = 0;

 protected:
  ~statement_sink() = default;
};

/// Rows of several units for the same table, which go in one statement.
class merged_rows {
 public:
  virtual ~merged_rows() = default;
  /// Gives the statements, most often one.
  virtual void send(statement_sink& to) = 0;
};

/// A row that a unit keeps, for a statement that rows of other units share.
class kept_row {
 public:
  virtual ~kept_row() = default;
  virtual const statement_shape& shape() const = 0;
  /// As its table_target names it.
  virtual std::string_view table() const = 0;
  virtual std::unique_ptr<merged_rows> merged() const = 0;
  /// Puts a copy of the row behind those that are there; `to` came from merged() of its kind.
  virtual void add_to(merged_rows& to) const = 0;
};

/// `Job` is an insert_job or an upsert_job.
template <class Job>
class kept_row_of final : public kept_row {
 public:
  explicit kept_row_of(const typename Job::row& row) : row_(row) {}

  const statement_shape& shape() const override { return Job::shape; }
  std::string_view table() const override { return Job::table(); }
  std::unique_ptr<merged_rows> merged() const override { return std::make_unique<merged_of>(); }
  void add_to(merged_rows& to) const override { static_cast<merged_of&>(to).rows.push_back(row_); }

 private:
  struct merged_of final : merged_rows {
    void send(statement_sink& to) override {
      Job job(rows);
      while (job.fill()) to.put(Job::shape, job.arguments());
    }
    std::vector<typename Job::row> rows;
  };

  typename Job::row row_;
};

}  // namespace weir::postgres::detail
