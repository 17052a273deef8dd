// SPDX-License-Identifier: Apache-2.0
#include "pull_ledger.hpp"

#include <algorithm>

#include "weir/assert.hpp"

namespace weir::nats::detail {

void pull_ledger::add(std::uint64_t number, std::size_t count, time_point deadline,
                      std::size_t bytes) {
  WEIR_ASSERT(bytes == no_limit || pulls_.empty());
  pulls_.push_back({number, count, deadline, bytes});
  outstanding_ += count;
}

void pull_ledger::message_came(std::size_t bytes) noexcept {
  // None is left when a pull was forgotten and its message came all the same.
  if (pulls_.empty()) return;
  pull& oldest = pulls_.front();
  --oldest.left;
  --outstanding_;
  if (oldest.bytes != no_limit) oldest.bytes -= std::min(bytes, oldest.bytes);
  if (oldest.left > 0 && oldest.bytes > 0) return;
  outstanding_ -= oldest.left;
  pulls_.erase(pulls_.begin());
}

void pull_ledger::take(std::size_t count) noexcept {
  for (auto at = pulls_.rbegin(); at != pulls_.rend() && count > 0; ++at) {
    const std::size_t taken = std::min(count, at->left);
    at->left -= taken;
    count -= taken;
  }
}

void pull_ledger::settle() noexcept {
  std::erase_if(pulls_, [](const pull& one) { return one.left == 0; });
  outstanding_ = 0;
  for (const pull& one : pulls_) outstanding_ += one.left;
}

void pull_ledger::ended(std::uint64_t number, std::optional<std::uint64_t> left) noexcept {
  const auto found = std::ranges::find(pulls_, number, &pull::number);
  if (found == pulls_.end()) {
    // Its messages were all noted as come; those that did not come are noted with other pulls.
    if (number > forgotten_up_to_) take(left.value_or(0));
    return settle();
  }
  const std::size_t noted = found->left;
  const std::size_t really = left.value_or(noted);
  pulls_.erase(found);
  if (really > noted) take(really - noted);
  if (really < noted && !pulls_.empty()) pulls_.back().left += noted - really;
  settle();
}

void pull_ledger::expire(time_point now) noexcept {
  for (pull& one : pulls_) {
    if (one.deadline > now) continue;
    one.left = 0;
    forgotten_up_to_ = std::max(forgotten_up_to_, one.number);
  }
  settle();
}

void pull_ledger::clear() noexcept {
  for (const pull& one : pulls_) forgotten_up_to_ = std::max(forgotten_up_to_, one.number);
  pulls_.clear();
  outstanding_ = 0;
}

}  // namespace weir::nats::detail
