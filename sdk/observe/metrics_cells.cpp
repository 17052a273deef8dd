// SPDX-License-Identifier: Apache-2.0
// Which thread has which cells. They are never given back but to another thread, which goes on
// counting in them: so none is read that is gone, and there are no more than threads at a time.
#include <deque>
#include <mutex>
#include <vector>

#include "metrics_family.hpp"

namespace weir::detail {
namespace {

/// A table grows by so many places at a time.
constexpr std::size_t table_step = 64;

struct cell_table {
  std::vector<metric_cell*> cells;
};

/// The tables of all threads that have been, and those that nobody has.
struct cell_tables {
  std::mutex mutex;
  std::deque<cell_table> all;
  std::vector<cell_table*> free;
};

cell_tables& tables() {
  // Threads may end after everything else has.
  static auto* const made = new cell_tables;
  return *made;
}

constinit thread_local cell_table* table_here = nullptr;
constinit thread_local bool has_ended = false;

cell_table* take_table() {
  cell_tables& from = tables();
  const std::lock_guard lock(from.mutex);
  if (from.free.empty()) return &from.all.emplace_back();
  cell_table* const last = from.free.back();
  from.free.pop_back();
  return last;
}

/// Gives the table of a thread back when that ends.
struct table_return {
  ~table_return() {
    cell_table* const mine = std::exchange(table_here, nullptr);
    cells_here = {};
    has_ended = true;
    cell_tables& to = tables();
    const std::lock_guard lock(to.mutex);
    to.free.push_back(mine);
  }
};

cell_table& own_table() {
  if (table_here == nullptr) {
    table_here = take_table();
    // What counts in a thread after this has gone keeps its table for good.
    if (!has_ended) [[maybe_unused]]
      static thread_local const table_return at_the_end;
  }
  return *table_here;
}

}  // namespace

metric_cell* make_cells_here(metric_series& of) noexcept {
  auto& cells = own_table().cells;
  if (cells.size() <= of.number) cells.resize(of.number + table_step);
  metric_cell*& mine = cells[of.number];
  if (mine == nullptr) mine = of.family.add_cells(of);
  cells_here = {cells.data(), cells.size()};
  return mine;
}

}  // namespace weir::detail
