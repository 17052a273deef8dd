// SPDX-License-Identifier: Apache-2.0
// One message at a time: its turn in its lane, its tries, its end.
#include <algorithm>

#include "consumer.hpp"
#include "weir/loop.hpp"

namespace weir::detail {
namespace {

/// Between two looks at whether the like of a message is still in hand.
constexpr duration same_message_pause = std::chrono::milliseconds(50);

}  // namespace

task<> consumer::work() {
  for (;;) {
    auto delivered = co_await source_->next();
    if (!delivered.has_value()) co_return;
    const auto taken = co_await accept(std::move(*delivered));
    if (taken == nullptr) continue;
    const auto handled = co_await handle(*taken).as_result();
    // Cancelled, when the time to drain was over: whatever its state, another program goes on from
    // there.
    if (!taken->message.is_finished()) co_await give_back(*taken);
    if (!handled && !handled.error().is_cancelled()) throw handled.error();
  }
}

/// Waits for the message's turn in its lane. Nothing when it was given back instead, because too
/// many wait behind another of its key.
task<std::optional<lane_turn>> consumer::take_turn(job& taken) {
  if (!lanes_ || taken.key.empty()) co_return lane_turn();
  const auto sequence = taken.message.info().stream_sequence;
  // In another program's lanes it may have been away, too: that nobody knows here.
  taken.untried =
      std::min(lanes_->come_back(taken.key, sequence), taken.message.info().delivered - 1);
  duration away = lanes_->time_away(taken.key, sequence);
  if (away == duration::zero()) {
    if (co_await lanes_->enter(taken.key, sequence)) co_return lane_turn(*lanes_, taken.key);
    away = lanes_->time_away(taken.key, sequence);
  }
  // No longer than a lease: the next program waits so long for what this one leaves behind.
  away = std::min(away, policy().ack_wait());
  lanes_->send_away(taken.key, sequence, loop::current().now() + away + policy().ack_wait(),
                    taken.untried + 1);
  ++on_.statistics.given_back;
  taken.message.nak(away);
  co_return std::nullopt;
}

/// Of two messages with one id the second waits until the first is remembered, or has failed.
class consumer::in_hand_mark {
 public:
  in_hand_mark(std::unordered_set<std::string>& in_hand, const job& taken) : in_hand_(in_hand) {
    const auto [place, is_first] = in_hand.insert(taken.message_id);
    if (is_first) id_ = *place;
  }
  in_hand_mark(const in_hand_mark&) = delete;
  in_hand_mark& operator=(const in_hand_mark&) = delete;
  ~in_hand_mark() {
    if (id_) in_hand_.erase(*id_);
  }
  bool is_first() const noexcept { return id_.has_value(); }

 private:
  std::unordered_set<std::string>& in_hand_;
  std::optional<std::string> id_;
};

task<> consumer::handle(job& taken) {
  std::optional<in_hand_mark> mark;
  if (handled_) mark.emplace(in_hand_, taken);
  while (mark && !mark->is_first()) {
    if (!co_await pause(same_message_pause)) co_return co_await give_back(taken);
    mark.emplace(in_hand_, taken);
  }
  const auto turn = co_await take_turn(taken);
  if (!turn) co_return;
  for (std::uint64_t outages = 0;;) {
    // Whoever waited for its turn until the end of the service gives the message back untried.
    // So does a program that leads no more, whatever its messages waited for.
    const bool leads_no_more = giving_way_.is_set() && !draining_.is_set();
    if (leads_no_more || (draining_.is_set() && lanes_)) co_return co_await give_back(taken);
    attempt_end end = co_await attempt(taken);
    switch (end.how) {
      case attempt_end::kind::done:
        co_return co_await publish_and_acknowledge(taken, std::move(end.events));
      case attempt_end::kind::duplicate:
        co_return acknowledge_duplicate(taken);
      case attempt_end::kind::outdated:
        co_return acknowledge_outdated(taken);
      case attempt_end::kind::outage:
        if (co_await wait_out(*end.why, ++outages)) continue;
        co_return co_await give_back(taken);
      case attempt_end::kind::not_begun:
        co_return co_await give_back(taken);
      case attempt_end::kind::failed:
        break;
    }
    if (!co_await goes_again(taken, *end.why)) co_return;
  }
}

task<bool> consumer::goes_again(job& failed, const error& why) {
  using kind = error_action::kind;
  co_await discount_given_back(failed);
  const error_action* rule = why.is_cancelled() ? nullptr : policy().rule_for(why);
  const bool has_attempts = failed.attempt() < policy().attempts();
  if (rule != nullptr) {
    switch (rule->what) {
      case kind::pause:
        gate_.pause_until(loop::current().now() + rule->wait);
        if (co_await pause(rule->wait)) co_return true;
        co_await give_back(failed);
        co_return false;
      case kind::discard:
        discard(failed, why);
        co_return false;
      case kind::retry_now:
        ++failed.retries;
        if (has_attempts) co_return true;
        break;
      default:
        break;
    }
    if (rule->what != kind::retry_later || !has_attempts) {
      co_await give_up(failed, why);
      co_return false;
    }
  }
  const bool waits =
      lanes_ && !failed.key.empty() && (rule != nullptr || !is_hopeless(failed, why));
  if (waits) {
    if (co_await retry_here(failed)) co_return true;
    co_await give_back(failed);
  } else if (rule != nullptr) {
    ++on_.statistics.retried;
    retry_later(failed);
  } else {
    co_await settle_failure(failed, why);
  }
  co_return false;
}

/// Waits until the message is tried again, with its lane parked; false when draining.
task<bool> consumer::retry_here(job& failed) {
  ++on_.statistics.retried;
  const auto wait = policy().backoff().delay(failed.attempt(), loop::current().random());
  ++failed.retries;
  lanes_->park(failed.key, loop::current().now() + wait);
  const bool goes_on = co_await pause(wait);
  lanes_->unpark(failed.key);
  co_return goes_on;
}

}  // namespace weir::detail
