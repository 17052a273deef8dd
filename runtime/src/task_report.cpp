// SPDX-License-Identifier: Apache-2.0
#include "weir/task_report.hpp"

#include "place.hpp"
#include "task_tree.hpp"

namespace weir {
namespace {

std::string in_words(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

/// Writes a tree, as far as it may.
class tree_writer {
 public:
  tree_writer(std::span<const task_report> reports, std::uint64_t alive)
      : reports_(reports), alive_(alive), tree_(reports) {}

  std::string write() {
    write_heading();
    write_groups(tree_.roots(), 0);
    if (alive_ > told_) text_ += in_words(alive_ - told_, "more task") + " not shown\n";
    return std::move(text_);
  }

 private:
  void write_heading();
  void write_groups(const std::vector<detail::alike_tasks>& groups, std::size_t depth);
  void write_task(std::size_t index, std::size_t depth);
  void write_places(const task_report& report, const std::string& margin);

  std::span<const task_report> reports_;
  std::uint64_t alive_;
  detail::task_tree tree_;
  std::string text_;
  std::size_t printed_ = 0;  // Tasks with lines of their own.
  std::uint64_t told_ = 0;   // Tasks that the text speaks of.
};

void tree_writer::write_heading() {
  std::size_t running = 0;
  std::size_t ready = 0;
  for (const auto& report : reports_) {
    running += report.state == task_state::running ? 1 : 0;
    ready += report.state == task_state::ready ? 1 : 0;
  }
  text_ += in_words(alive_, "task");
  if (alive_ > reports_.size()) text_ += ", of the oldest " + std::to_string(reports_.size());
  text_ += ": " + std::to_string(running) + " running, " + std::to_string(ready) + " ready, " +
           std::to_string(reports_.size() - running - ready) + " waiting\n";
}

void tree_writer::write_groups(const std::vector<detail::alike_tasks>& groups, std::size_t depth) {
  const std::string margin(2 * depth, ' ');
  for (const auto& group : groups) {
    if (printed_ == most_printed_tasks) return;
    write_task(group.first, depth);
    if (group.count == 1) continue;
    told_ += (group.count - 1) * tree_.size(group.first);
    const std::string last = std::to_string(reports_[group.last].id);
    text_ += margin + "and " + std::to_string(group.count - 1) + " more like it, " +
             (group.count == 2 ? "task " : "the last is task ") + last + "\n";
  }
}

void tree_writer::write_task(std::size_t index, std::size_t depth) {
  const task_report& report = reports_[index];
  const std::string margin(2 * depth, ' ');
  text_ += margin + "task " + std::to_string(report.id) + ", spawned ";
  if (tree_.is_orphan(index)) {
    text_ += "by task " + std::to_string(report.spawner) + ", which has ended, ";
  }
  text_ += detail::to_text(report.age) + " ago at " + detail::to_text(report.spawned_at) + "\n";
  write_places(report, margin + "  ");
  ++printed_;
  ++told_;
  const std::size_t below = tree_.size(index) - 1;
  if (below > 0 && depth + 1 == most_printed_depth) {
    text_ += margin + "  and " + in_words(below, "task") + " below it\n";
    told_ += below;
    return;
  }
  write_groups(tree_.below(index), depth + 1);
}

void tree_writer::write_places(const task_report& report, const std::string& margin) {
  if (report.places.empty()) {
    text_ += margin + (report.state == task_state::running ? "runs\n" : "ready to begin\n");
    return;
  }
  text_ += margin;
  switch (report.state) {
    case task_state::running:
      text_ += "runs; last awaited ";
      break;
    case task_state::ready:
      text_ += "ready to go on from ";
      break;
    case task_state::waiting:
      text_ += "waits at ";
      break;
  }
  const std::size_t gap = report.places_left_out == 0 ? 0 : report.places.size() / 2;
  for (std::size_t at = 0; at < report.places.size(); ++at) {
    if (at > 0) text_ += margin + "  -> ";
    if (at > 0 && at == gap) {
      text_ += "(" + std::to_string(report.places_left_out) + " more)\n" + margin + "  -> ";
    }
    text_ += detail::to_text(report.places[at]) + "\n";
  }
}

}  // namespace

std::string format_tasks(std::span<const task_report> reports, std::uint64_t alive) {
  return tree_writer(reports, alive).write();
}

}  // namespace weir
