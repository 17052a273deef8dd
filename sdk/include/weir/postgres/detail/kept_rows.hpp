// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
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
  /// Gives the next statement, most often the only one; false when there are no more.
  virtual bool send_next(statement_sink& to) = 0;
};

/// A row that a unit keeps, for a statement that rows of other units share.
class kept_row {
 public:
  virtual ~kept_row() = default;
  virtual const statement_shape& shape() const = 0;
  /// As its table_target names it.
  virtual std::string_view table() const = 0;
  virtual std::unique_ptr<merged_rows> merged() const = 0;
  /// Puts the row behind those that are there, for as long as this lives; `to` came from merged()
  /// of its kind.
  /// False where the row must be stored by a statement behind that one.
  virtual bool add_to(merged_rows& to) const = 0;
};

/// Rows for an insert_job or an upsert_job, which live where they are kept.
template <class Job>
class merged_rows_of final : public merged_rows {
 public:
  using row = typename Job::row;

  bool send_next(statement_sink& to) override {
    if (!job_) job_.emplace(std::span<const row* const>(rows_));
    if (!job_->fill()) return false;
    to.put(Job::shape, job_->arguments());
    return true;
  }

  bool add(const row& one) {
    rows_.push_back(&one);
    if constexpr (!Job::one_row_stands_for_its_key) {
      if (!keys_.insert(&one).second) {
        rows_.pop_back();
        return false;
      }
    }
    return true;
  }

 private:
  struct below {
    bool operator()(const row* left, const row* right) const {
      return Job::compare_keys_of(*left, *right) < 0;
    }
  };

  std::vector<const row*> rows_;
  std::set<const row*, below> keys_;  // Of the rows, where each must be sent.
  std::optional<Job> job_;            // When the first statement has been asked for.
};

/// `Held` is the job's row, or a reference to one that lives as long as this.
template <class Job, class Held = typename Job::row>
class kept_row_of final : public kept_row {
 public:
  explicit kept_row_of(Held row) : row_(std::move(row)) {}

  const statement_shape& shape() const override { return Job::shape; }
  std::string_view table() const override { return Job::table(); }
  std::unique_ptr<merged_rows> merged() const override {
    return std::make_unique<merged_rows_of<Job>>();
  }
  bool add_to(merged_rows& to) const override {
    return static_cast<merged_rows_of<Job>&>(to).add(row_);
  }

 private:
  Held row_;
};

}  // namespace weir::postgres::detail
