// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/recent_ids.hpp"

#include "require.hpp"
#include "weir/loop.hpp"

namespace weir {

recent_ids::recent_ids(std::size_t ids_max, duration kept) : ids_max_(ids_max), kept_(kept) {
  detail::require(ids_max > 0, "recent_ids: ids_max must be positive");
  detail::require(kept > duration::zero(), "recent_ids: ids must be kept for some time");
}

bool recent_ids::add(std::string_view id) {
  const time_point now = loop::current().now();
  while (!by_age_.empty() && by_age_.front().until <= now) drop_oldest();
  if (by_id_.contains(id)) return false;
  if (by_age_.size() == ids_max_) {
    drop_oldest();
    ++crowded_out_;
  }
  by_age_.push_back({.id = std::string(id), .until = saturating_add(now, kept_)});
  by_id_.emplace(by_age_.back().id, std::prev(by_age_.end()));
  return true;
}

bool recent_ids::contains(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found != by_id_.end() && found->second->until > loop::current().now();
}

void recent_ids::forget(std::string_view id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  const auto at = found->second;
  by_id_.erase(found);
  by_age_.erase(at);
}

void recent_ids::drop_oldest() {
  by_id_.erase(by_age_.front().id);
  by_age_.pop_front();
}

}  // namespace weir
