// SPDX-License-Identifier: Apache-2.0
#include "prepared_cache.hpp"

namespace weir::postgres::detail {

const prepared_cache::name* prepared_cache::find(const statement_shape& shape) {
  // Most often it is the one of the last time.
  if (!by_use_.empty() && by_use_.front().shape == &shape) return &by_use_.front().name;
  const auto found = by_shape_.find(&shape);
  if (found == by_shape_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return &found->second->name;
}

const prepared_cache::name& prepared_cache::add(const statement_shape& shape) {
  const std::uint64_t number = ++names_given_;
  by_use_.push_front({&shape, {number, "weir_" + std::to_string(number)}});
  by_shape_[&shape] = by_use_.begin();
  return by_use_.front().name;
}

void prepared_cache::forget(const statement_shape& shape, std::uint64_t number) {
  const auto found = by_shape_.find(&shape);
  if (found == by_shape_.end() || found->second->name.number != number) return;
  by_use_.erase(found->second);
  by_shape_.erase(found);
}

void prepared_cache::give_up(const statement_shape& shape, std::uint64_t number) {
  const auto found = by_shape_.find(&shape);
  if (found == by_shape_.end() || found->second->name.number != number) return;
  given_up_.push_back(std::move(found->second->name.text));
  by_use_.erase(found->second);
  by_shape_.erase(found);
}

std::string prepared_cache::drop_surplus() {
  std::string name;
  if (!given_up_.empty()) {
    name = std::move(given_up_.back());
    given_up_.pop_back();
  } else if (by_use_.size() > most_) {
    name = std::move(by_use_.back().name.text);
    by_shape_.erase(by_use_.back().shape);
    by_use_.pop_back();
  }
  return name;
}

}  // namespace weir::postgres::detail
