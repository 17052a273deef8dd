// SPDX-License-Identifier: Apache-2.0
#include "lanes.hpp"

#include <algorithm>

#include "weir/assert.hpp"
#include "weir/loop.hpp"

namespace weir::detail {
namespace {

/// An earlier message that is away comes again a moment after its time; until then those behind it
/// are asked to come still later, not all at the same moment.
constexpr duration behind_another = std::chrono::milliseconds(100);

}  // namespace

lanes::~lanes() {
  for (const auto& [key, one] : lanes_) WEIR_ASSERT(!one.is_taken);
}

void lanes::drop_lost(lane& of) {
  const time_point now = loop::current().now();
  std::erase_if(of.away, [now](const auto& one) { return one.second.until < now; });
}

void lanes::forget_lost() {
  for (auto& [key, one] : lanes_) drop_lost(one);
  drop_unused();
}

void lanes::forget_absent() {
  for (auto& [key, one] : lanes_) one.away.clear();
  drop_unused();
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> lanes::take_absent() {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> all;
  for (const auto& [key, one] : lanes_) {
    for (const auto& [sequence, absent] : one.away) all.emplace_back(sequence, absent.times);
  }
  forget_absent();
  return all;
}

void lanes::drop_unused() {
  std::erase_if(lanes_, [](const auto& entry) { return entry.second.is_unused(); });
}

void lanes::drop_if_unused(const std::string& key) {
  const auto found = lanes_.find(key);
  if (found->second.is_unused()) lanes_.erase(found);
}

std::uint64_t lanes::come_back(const std::string& key, std::uint64_t sequence) {
  const auto found = lanes_.find(key);
  if (found == lanes_.end()) return 0;
  const auto absent = found->second.away.find(sequence);
  return absent == found->second.away.end() ? 0 : absent->second.times;
}

duration lanes::time_away(const std::string& key, std::uint64_t sequence) {
  const duration all_away = away_until_ - loop::current().now();
  if (all_away > duration::zero()) return all_away;
  const auto found = lanes_.find(key);
  if (found == lanes_.end()) return duration::zero();
  lane& its = found->second;
  its.away.erase(sequence);  // It is back.
  drop_lost(its);
  const time_point now = loop::current().now();
  const bool is_parked = its.parked_until > now;
  const bool is_behind = !its.away.empty() && its.away.begin()->first < sequence;
  if (is_behind || (is_parked && its.waiting.size() >= waiting_max_)) {
    return std::max<duration>(its.parked_until - now, behind_another);
  }
  drop_if_unused(key);
  return duration::zero();
}

void lanes::send_away(const std::string& key, std::uint64_t sequence, time_point until,
                      std::uint64_t times) {
  lanes_[key].away.insert_or_assign(sequence, absence{until, times});
}

task<bool> lanes::enter(const std::string& key, std::uint64_t sequence) {
  lane& its = lanes_[key];
  if (!its.is_taken && !is_held_) {
    its.is_taken = true;
    co_return true;
  }
  waiter mine;
  const auto place = its.waiting.emplace(sequence, &mine);
  const auto waited = co_await mine.decided.wait().as_result();
  if (waited) co_return mine.has_turn;
  // It may have been decided while it was cancelled.
  if (!mine.decided.is_set()) {
    its.waiting.erase(place);
    drop_if_unused(key);
  }
  if (mine.has_turn) leave(key);
  throw waited.error();
}

void lanes::give_turn(lane& to) noexcept {
  const auto first = to.waiting.begin();
  waiter& next = *first->second;
  to.waiting.erase(first);
  to.is_taken = true;
  next.has_turn = true;
  next.decided.set();
}

void lanes::release() noexcept {
  is_held_ = false;
  away_until_ = {};
  for (auto& [key, one] : lanes_) {
    if (!one.is_taken && !one.waiting.empty()) give_turn(one);
  }
}

void lanes::leave(const std::string& key) noexcept {
  lane& its = lanes_.find(key)->second;
  its.parked_until = {};
  if (its.waiting.empty()) {
    its.is_taken = false;
    drop_if_unused(key);
    return;
  }
  give_turn(its);
}

void lanes::dismiss_last(lane& of, time_point until) {
  const auto last = std::prev(of.waiting.end());
  of.away.insert_or_assign(last->first, absence{until, 0});  // Who comes now comes behind it.
  last->second->decided.set();
  of.waiting.erase(last);
}

void lanes::park(const std::string& key, time_point until) {
  lane& its = lanes_.find(key)->second;
  its.parked_until = until;
  while (its.waiting.size() > waiting_max_) dismiss_last(its, until);
}

void lanes::send_all_away(time_point until) {
  away_until_ = until;
  for (auto& [key, one] : lanes_) {
    while (!one.waiting.empty()) dismiss_last(one, until);
  }
}

void lanes::unpark(const std::string& key) { lanes_.find(key)->second.parked_until = {}; }

}  // namespace weir::detail
