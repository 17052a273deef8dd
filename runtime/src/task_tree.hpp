// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/task_report.hpp"

namespace weir::detail {

/// Siblings of which the first stands for all.
struct alike_tasks {
  std::size_t first = 0;  ///< The index of its report.
  std::size_t last = 0;
  std::size_t count = 0;
  std::size_t shape = 0;
};

/// Reports arranged below those who spawned them, and like with like.
class task_tree {
 public:
  /// `reports` are in the order of their numbers, and outlive the tree.
  explicit task_tree(std::span<const task_report> reports);

  const std::vector<alike_tasks>& roots() const noexcept { return roots_; }
  const std::vector<alike_tasks>& below(std::size_t index) const noexcept { return below_[index]; }
  /// How many tasks there are in the part of the tree that begins with this one.
  std::size_t size(std::size_t index) const noexcept { return sizes_[index]; }
  /// The task was spawned by one that is not among the reports.
  bool is_orphan(std::size_t index) const noexcept;

 private:
  std::size_t spawner_of(std::size_t index) const noexcept;

  std::span<const task_report> reports_;
  std::vector<std::vector<alike_tasks>> below_;
  std::vector<std::size_t> sizes_;
  std::vector<alike_tasks> roots_;
};

}  // namespace weir::detail
