// SPDX-License-Identifier: Apache-2.0
#include "ack_ledger.hpp"

#include <algorithm>

namespace weir::nats::detail::model {

void ack_ledger::delivered(std::uint64_t sequence, time_point now, const redelivery_rule& rule) {
  const std::uint64_t delivery = next_delivery_++;
  if (rule_ == ack_rule::none) {
    floor_ = {delivery, sequence};
    return;
  }
  const auto [at, is_new] = pending_.try_emplace(sequence, waiting{delivery, now, now});
  wait_anew(sequence, at->second, now, rule);
}

void ack_ledger::wait_anew(std::uint64_t sequence, waiting& one, time_point now,
                           const redelivery_rule& rule) noexcept {
  one.since = now;
  one.due = saturating_add(now, patience_with(sequence, rule));
  due_ = std::min(due_, one.due);
}

void ack_ledger::change(const redelivery_rule& rule) noexcept {
  for (auto& [sequence, one] : pending_) wait_anew(sequence, one, one.since, rule);
}

std::vector<std::uint64_t> ack_ledger::ack(sequences of) {
  switch (rule_) {
    case ack_rule::none:
      break;
    case ack_rule::all:
      return ack_all(of);
    case ack_rule::one:
      return ack_one(of);
  }
  return {};
}

std::vector<std::uint64_t> ack_ledger::ack_one(sequences of) {
  const auto found = pending_.find(of.stream);
  if (found != pending_.end()) {
    of.consumer = found->second.delivery;
    pending_.erase(found);
  }
  if (pending_.empty()) {
    floor_ = {next_delivery_ - 1, next_in_stream_ - 1};
  } else if (of.consumer == floor_.consumer + 1) {
    floor_ = of;
    const auto following = pending_.upper_bound(of.stream);
    if (following != pending_.end() && following->first < next_in_stream_)
      floor_ = {following->second.delivery - 1, following->first - 1};
  }
  forget(of.stream);
  return {of.stream};
}

std::vector<std::uint64_t> ack_ledger::ack_all(sequences of) {
  if (of.consumer <= floor_.consumer || of.stream <= floor_.stream) return {};
  std::vector<std::uint64_t> done;
  for (std::uint64_t sequence = floor_.stream + 1; sequence <= of.stream; ++sequence) {
    pending_.erase(sequence);
    forget(sequence);
    done.push_back(sequence);
  }
  floor_ = of;
  return done;
}

void ack_ledger::forget(std::uint64_t sequence) noexcept {
  redelivered_.erase(sequence);
  std::erase(redeliveries_, sequence);
}

bool ack_ledger::nak(sequences of) noexcept {
  if (of.consumer <= floor_.consumer || of.consumer >= next_delivery_) return false;
  if (!pending_.contains(of.stream)) return false;
  queue(of.stream);
  return true;
}

void ack_ledger::postpone(std::uint64_t sequence, time_point when) noexcept {
  std::erase(redeliveries_, sequence);
  const auto found = pending_.find(sequence);
  if (found == pending_.end()) return;
  found->second.due = when;
  due_ = std::min(due_, when);
}

void ack_ledger::in_progress(std::uint64_t sequence, time_point now,
                             const redelivery_rule& rule) noexcept {
  const auto found = pending_.find(sequence);
  if (found != pending_.end()) wait_anew(sequence, found->second, now, rule);
}

duration ack_ledger::patience_with(std::uint64_t sequence,
                                   const redelivery_rule& rule) const noexcept {
  if (rule.backoff.empty()) return rule.ack_wait;
  const std::size_t attempt = attempt_of(sequence) - 1;
  return rule.backoff[std::min(attempt, rule.backoff.size() - 1)];
}

void ack_ledger::expire(time_point now, const redelivery_rule& rule, std::uint64_t first) {
  due_ = time_point::max();
  for (auto at = pending_.begin(); at != pending_.end();) {
    const std::uint64_t sequence = at->first;
    if (sequence < first) {
      at = pending_.erase(at);
      forget(sequence);
      continue;
    }
    if (at->second.due > now) {
      due_ = std::min(due_, at->second.due);
    } else if (!is_queued(sequence)) {
      queue(sequence);
      wait_anew(sequence, at->second, now, rule);
    }
    ++at;
  }
}

std::uint64_t ack_ledger::attempt_of(std::uint64_t sequence) const noexcept {
  const auto found = redelivered_.find(sequence);
  return found == redelivered_.end() ? 1 : found->second + 1;
}

std::uint64_t ack_ledger::delivery_of(std::uint64_t sequence) const noexcept {
  const auto found = pending_.find(sequence);
  return found == pending_.end() ? 0 : found->second.delivery;
}

void ack_ledger::queue(std::uint64_t sequence) {
  if (!is_queued(sequence)) redeliveries_.push_back(sequence);
}

bool ack_ledger::is_queued(std::uint64_t sequence) const noexcept {
  return std::ranges::find(redeliveries_, sequence) != redeliveries_.end();
}

void ack_ledger::purged(std::uint64_t first) noexcept {
  next_in_stream_ = std::max(next_in_stream_, first);
  if (floor_.stream < first) floor_ = {next_delivery_ - 1, first - 1};
  pending_.clear();
  std::erase_if(redeliveries_, [this](std::uint64_t one) { return one < next_in_stream_; });
}

bool ack_ledger::needs(std::uint64_t sequence) const noexcept {
  if (sequence <= floor_.stream) return false;
  return rule_ != ack_rule::one || sequence >= next_in_stream_ || pending_.contains(sequence);
}

}  // namespace weir::nats::detail::model
