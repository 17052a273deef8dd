// SPDX-License-Identifier: Apache-2.0
#include "task_tree.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace weir::detail {
namespace {

/// What two tasks have in common that are alike; it is compared, not read.
using shape_key = std::vector<std::uintptr_t>;

void add_place(shape_key& key, const std::source_location& place) {
  // The function's name tells instances of one template apart.
  key.push_back(reinterpret_cast<std::uintptr_t>(place.file_name()));
  key.push_back(reinterpret_cast<std::uintptr_t>(place.function_name()));
  key.push_back(place.line());
  key.push_back(place.column());
}

shape_key key_of(const task_report& report, bool is_orphan, const std::vector<alike_tasks>& below) {
  shape_key key{static_cast<std::uintptr_t>(report.state), is_orphan ? 1U : 0U,
                report.places_left_out, report.places.size()};
  add_place(key, report.spawned_at);
  for (const auto& place : report.places) add_place(key, place);
  std::vector<std::pair<std::size_t, std::size_t>> children;
  for (const auto& child : below) children.emplace_back(child.shape, child.count);
  std::sort(children.begin(), children.end());
  for (const auto& [shape, count] : children) {
    key.push_back(shape);
    key.push_back(count);
  }
  return key;
}

/// Puts each of the siblings with those that are like it.
std::vector<alike_tasks> fold(const std::vector<std::size_t>& siblings,
                              const std::vector<std::size_t>& shapes) {
  std::vector<alike_tasks> groups;
  std::unordered_map<std::size_t, std::size_t> group_of_shape;
  for (const std::size_t index : siblings) {
    const std::size_t shape = shapes[index];
    const auto [entry, is_new] = group_of_shape.try_emplace(shape, groups.size());
    if (is_new) groups.push_back({.first = index, .last = index, .count = 0, .shape = shape});
    alike_tasks& group = groups[entry->second];
    group.last = index;
    ++group.count;
  }
  return groups;
}

}  // namespace

task_tree::task_tree(std::span<const task_report> reports)
    : reports_(reports), below_(reports.size()), sizes_(reports.size(), 1) {
  std::vector<std::vector<std::size_t>> children(reports.size());
  std::vector<std::size_t> first_ones;
  for (std::size_t index = 0; index < reports.size(); ++index) {
    const std::size_t spawner = spawner_of(index);
    (spawner == reports.size() ? first_ones : children[spawner]).push_back(index);
  }
  // Who was spawned has the greater number, so this meets children before their spawners.
  std::map<shape_key, std::size_t> known;
  std::vector<std::size_t> shapes(reports.size());
  for (std::size_t index = reports.size(); index-- > 0;) {
    below_[index] = fold(children[index], shapes);
    for (const std::size_t child : children[index]) sizes_[index] += sizes_[child];
    shape_key key = key_of(reports[index], is_orphan(index), below_[index]);
    shapes[index] = known.try_emplace(std::move(key), known.size()).first->second;
  }
  roots_ = fold(first_ones, shapes);
}

bool task_tree::is_orphan(std::size_t index) const noexcept {
  return reports_[index].spawner != 0 && spawner_of(index) == reports_.size();
}

std::size_t task_tree::spawner_of(std::size_t index) const noexcept {
  const std::uint64_t wanted = reports_[index].spawner;
  const auto found = std::lower_bound(
      reports_.begin(), reports_.begin() + static_cast<std::ptrdiff_t>(index), wanted,
      [](const task_report& one, std::uint64_t id) { return one.id < id; });
  const bool is_there = found != reports_.end() && found->id == wanted;
  return is_there ? static_cast<std::size_t>(found - reports_.begin()) : reports_.size();
}

}  // namespace weir::detail
