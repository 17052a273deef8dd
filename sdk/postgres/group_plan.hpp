// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "session.hpp"
#include "weir/postgres/unit.hpp"

namespace weir::postgres::detail {

/// In which statements the writes of a group go: rows of several units for one table in one.
///
/// Kept are the order of a unit's writes, of all rows for one table, and of all other statements.
/// So a row goes with the last ones for its table, where they are of its kind, take it, and come
/// behind what its unit has in the plan already; else it begins a statement of its own at the end.
class group_plan {
 public:
  static constexpr std::size_t nobody = static_cast<std::size_t>(-1);

  /// The writes of a unit, which must live as long as this; `owner` is its number.
  void add(const unit& work, std::size_t owner);
  /// Enqueues the next statement, and notes whose it is: a number, or nobody's alone; false when
  /// there are no more.
  bool send_next(session& over, std::vector<std::size_t>& owners);
  /// Enqueues all that is left, and waits in between where it is much.
  task<> send_all(session& over, std::vector<std::size_t>& owners);

 private:
  struct step {
    const statement_shape* shape;
    std::size_t owner;
    parameter_view values;
    std::unique_ptr<merged_rows> rows;  ///< Null for a statement of one unit.
  };

  std::size_t place(const kept_row& row, std::size_t from);

  std::vector<step> steps_;
  std::unordered_map<std::string_view, std::size_t> last_of_table_;  // Steps of rows.
  std::size_t next_ = 0;
};

}  // namespace weir::postgres::detail
