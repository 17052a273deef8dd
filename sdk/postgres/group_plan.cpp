// SPDX-License-Identifier: Apache-2.0
#include "group_plan.hpp"

namespace weir::postgres::detail {
namespace {

/// Sends statements within a transaction.
class enqueuer final : public statement_sink {
 public:
  enqueuer(session& over, std::size_t owner, std::vector<std::size_t>& owners) noexcept
      : over_(over), owner_(owner), owners_(owners) {}

  void put(const statement_shape& shape, const parameters& encoded) override {
    put_view(shape, encoded);
  }
  void put_view(const statement_shape& shape, parameter_view values) {
    over_.enqueue(shape, values, nullptr);
    owners_.push_back(owner_);
  }

 private:
  session& over_;
  std::size_t owner_;
  std::vector<std::size_t>& owners_;
};

}  // namespace

/// Puts the row into a step at `from` or later; gives its number.
std::size_t group_plan::place(const kept_row& row, std::size_t from) {
  const auto last = last_of_table_.find(row.table());
  if (last != last_of_table_.end() && last->second >= from) {
    const step& shared = steps_[last->second];
    if (shared.shape == &row.shape() && row.add_to(*shared.rows)) return last->second;
  }
  steps_.push_back({&row.shape(), nobody, {}, row.merged()});
  row.add_to(*steps_.back().rows);
  last_of_table_[row.table()] = steps_.size() - 1;
  return steps_.size() - 1;
}

void group_plan::add(const unit& work, std::size_t owner) {
  std::size_t from = 0;
  for (const unit::write& what : work.writes_) {
    if (what.row) {
      from = place(*what.row, from);
    } else {
      const parameter_view values(work.values_, what.first, what.shape->count);
      steps_.push_back({what.shape, owner, values, nullptr});
      from = steps_.size() - 1;
    }
  }
}

bool group_plan::send_next(session& over, std::vector<std::size_t>& owners) {
  for (; next_ < steps_.size(); ++next_) {
    step& one = steps_[next_];
    enqueuer to(over, one.owner, owners);
    if (one.rows) {
      if (one.rows->send_next(to)) return true;
      one.rows.reset();  // For its memory: they have been sent.
      continue;
    }
    to.put_view(*one.shape, one.values);
    ++next_;
    return true;
  }
  return false;
}

task<> group_plan::send_all(session& over, std::vector<std::size_t>& owners) {
  while (send_next(over, owners)) {
    if (over.is_crowded()) co_await over.flush();
  }
}

}  // namespace weir::postgres::detail
