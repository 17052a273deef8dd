// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <source_location>
#include <span>
#include <string>
#include <vector>

#include "weir/clock.hpp"

namespace weir {

/// What a task does at the moment.
enum class task_state : std::uint8_t {
  running,  ///< It is the one that asks, or that holds the loop.
  ready,    ///< It goes on when its turn comes; with no place of waiting yet, it begins.
  waiting,  ///< For what it awaits.
};

/// A live task, seen from outside: see loop::tasks().
///
///     for (const auto& task : weir::loop::current().tasks()) {
///       if (task.age > 1h) log(task.id, task.spawned_at.file_name(), task.spawned_at.line());
///     }
struct task_report {
  std::uint64_t id = 0;             ///< Its number on its loop, from 1, in the order of spawning.
  std::uint64_t spawner = 0;        ///< Who spawned it, and may have ended since; 0: no task.
  std::source_location spawned_at;  ///< Where scope::spawn() and the like were called.
  duration age{};                   ///< Since then, by the loop's clock; to within a turn.
  task_state state = task_state::waiting;
  /// The `co_await` where it stands, or of a running task the last one, then that of the task which
  /// it awaits, and so on. Of more than `most_places` the first and the last halves.
  std::vector<std::source_location> places;
  std::size_t places_left_out = 0;  ///< How many are missing in the middle.

  static constexpr std::size_t most_places = 16;
};

/// How many tasks loop::tasks() looks at unless told otherwise: the oldest ones.
inline constexpr std::size_t most_reported_tasks = 10'000;
/// How many lines of tasks, and how many steps of indentation, format_tasks() writes.
inline constexpr std::size_t most_printed_tasks = 200;
inline constexpr std::size_t most_printed_depth = 16;

/// The tasks as a tree, each below the one that spawned it; of siblings that are alike, which have
/// the same state, places and children, the first stands for all. A task whose spawner is not among
/// them stands at the root and says so.
///
/// `reports` are in the order of their numbers, as loop::tasks() gives them. `alive` is how many
/// tasks there are; the text says how many of them it leaves out.
std::string format_tasks(std::span<const task_report> reports, std::uint64_t alive);

}  // namespace weir
