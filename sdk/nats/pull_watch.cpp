// SPDX-License-Identifier: Apache-2.0
// What a pull_state looks after by the clock: leases, pulls that were lost, consumers that stall.
#include "connection_core.hpp"
#include "pull_state.hpp"
#include "weir/sleep.hpp"

namespace weir::nats::detail {
namespace {

/// While no message comes the consumer is looked at now and then: first after a heartbeat's time,
/// then after twice as long each time, up to this.
constexpr auto quiet_limit_max = std::chrono::minutes(5);

}  // namespace

task<> pull_state::keep_watch() {
  for (;;) {
    co_await sleep(watch_interval_);
    const time_point now = loop::current().now();
    drop_expired(now);
    renew_leases(now);
    watch_pulls(now);
    watch_for_stall(now);
  }
}

void pull_state::watch_pulls(time_point now) {
  ledger_.expire(now);
  const bool silent = heard_ == heard_before_ && ledger_.outstanding() > 0;
  heard_before_ = heard_;
  silent_watches_ = silent && core_.is_connected() ? silent_watches_ + 1 : 0;
  if (silent_watches_ * watch_interval_ > std::max(2 * options_.heartbeat, core_.patience())) {
    silent_watches_ = 0;
    ledger_.clear();
    ++counters_.heartbeats_missed;
    tell(pull_event::kind::heartbeats_missed,
         shown_ + ": the server sent no heartbeat for a waiting pull; pulled again");
    // A pull from a consumer that does not exist is not answered at all.
    troubles_ = std::max(troubles_, troubles_before_check);
    wants_pull_.set();
  }
  if (ledger_.outstanding() == 0) wants_pull_.set();
}

void pull_state::renew_leases(time_point now) {
  for (delivery& waiting : ready_) {
    if (now - waiting.leased_at() >= consumer_.ack_wait / 4) waiting.in_progress();
  }
}

void pull_state::drop_expired(time_point now) {
  std::size_t count = 0;
  // Not only from the front: a lease that could be renewed begins again. A message whose permit
  // somebody has been woken with is left to them.
  std::erase_if(ready_, [&](const delivery& waiting) {
    if (now - waiting.leased_at() < consumer_.ack_wait || !ready_count_.try_acquire()) return false;
    ++count;
    return true;
  });
  if (count > 0) note_expired(count);
}

void pull_state::note_expired(std::size_t count) noexcept {
  counters_.expired += count;
  tell(pull_event::kind::deliveries_expired,
       shown_ + ": " + std::to_string(count) +
           " messages waited here longer than ack_wait and are delivered again; fewer slots, or a "
           "longer ack_wait, would help");
}

void pull_state::watch_for_stall(time_point now) {
  if (ledger_.outstanding() == 0 || !core_.is_connected()) quiet_since_ = now;
  if (now - quiet_since_ < quiet_limit_ || looks_for_stall_) return;
  quiet_since_ = now;
  quiet_limit_ = std::min<duration>(quiet_limit_ * 2, quiet_limit_max);
  looks_for_stall_ = true;
  background_.spawn(check_stall());
}

task<> pull_state::check_stall() {
  const auto info =
      co_await jetstream(core_).consumer_info(consumer_.stream, consumer_.name).as_result();
  looks_for_stall_ = false;
  // What else is wrong, the pulls tell.
  if (!info.has_value() || info->pending == 0 || info->max_ack_pending <= 0) co_return;
  if (info->ack_pending < static_cast<std::uint64_t>(info->max_ack_pending)) co_return;
  ++counters_.stalls;
  tell(pull_event::kind::max_ack_pending,
       shown_ + ": gives no messages although " + std::to_string(info->pending) +
           " wait: " + std::to_string(info->ack_pending) +
           " are delivered and not acknowledged, as many as its max_ack_pending allows over all "
           "its clients; finish them, or raise max_ack_pending");
}

}  // namespace weir::nats::detail
