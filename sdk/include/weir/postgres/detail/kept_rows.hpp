// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>
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
  /// Puts a copy of the row behind those that are there; `to` came from merged() of its kind.
  /// False where the row must be stored by a statement behind that one.
  virtual bool add_to(merged_rows& to) const = 0;
};

/// `Job` is an insert_job or an upsert_job.
template <class Job>
class kept_row_of final : public kept_row {
 public:
  explicit kept_row_of(const typename Job::row& row) : row_(row) {}

  const statement_shape& shape() const override { return Job::shape; }
  std::string_view table() const override { return Job::table(); }
  std::unique_ptr<merged_rows> merged() const override { return std::make_unique<merged_of>(); }
  bool add_to(merged_rows& to) const override { return static_cast<merged_of&>(to).add(row_); }

 private:
  using row = typename Job::row;

  /// Orders numbers of rows by the rows' keys.
  struct below {
    const std::vector<row>& rows;
    bool operator()(std::size_t left, std::size_t right) const {
      return Job::compare_keys_of(rows[left], rows[right]) < 0;
    }
  };

  struct merged_of final : merged_rows {
    bool send_next(statement_sink& to) override {
      if (!job) job.emplace(rows);
      if (!job->fill()) return false;
      to.put(Job::shape, job->arguments());
      return true;
    }
    bool add(const row& one) {
      rows.push_back(one);
      if constexpr (!Job::one_row_stands_for_its_key) {
        if (!keys.insert(rows.size() - 1).second) {
          rows.pop_back();
          return false;
        }
      }
      return true;
    }

    std::vector<row> rows;
    std::optional<Job> job;                          // When the first statement has been asked for.
    std::set<std::size_t, below> keys{below{rows}};  // Of the rows, where each must be sent.
  };

  row row_;
};

}  // namespace weir::postgres::detail
