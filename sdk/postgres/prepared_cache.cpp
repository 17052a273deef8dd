// SPDX-License-Identifier: Apache-2.0
#include "prepared_cache.hpp"

namespace weir::postgres::detail {

const std::string* prepared_cache::find(const statement_shape& shape) {
  // Most often it is the one of the last time.
  if (!by_use_.empty() && by_use_.front().shape == &shape) return &by_use_.front().name;
  const auto found = by_shape_.find(&shape);
  if (found == by_shape_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return &found->second->name;
}

const std::string& prepared_cache::add(const statement_shape& shape) {
  by_use_.push_front({&shape, "weir_" + std::to_string(++names_given_)});
  by_shape_[&shape] = by_use_.begin();
  return by_use_.front().name;
}

void prepared_cache::forget(const statement_shape& shape) {
  const auto found = by_shape_.find(&shape);
  if (found == by_shape_.end()) return;
  by_use_.erase(found->second);
  by_shape_.erase(found);
}

std::string prepared_cache::drop_surplus() {
  if (by_use_.size() <= most_) return {};
  std::string name = std::move(by_use_.back().name);
  by_shape_.erase(by_use_.back().shape);
  by_use_.pop_back();
  return name;
}

}  // namespace weir::postgres::detail
