// SPDX-License-Identifier: Apache-2.0
// What a program before this one has left in hand, where messages have an order.
//
// The server gives at once, and in any order, what that program has given back; what it took along
// when it died comes when the server has waited for it. Until all of that is here, or settled by
// whoever has it, no message gets its turn; then they have it in the order of the stream.
#include <algorithm>

#include "consumer.hpp"
#include "weir/loop.hpp"
#include "weir/observe/log.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

/// How late the server may notice that it has waited for long enough.
constexpr duration expiry_slack = std::chrono::milliseconds(500);
/// How long what is free then may take to come.
constexpr duration arrival_limit = std::chrono::seconds(2);
/// Between two questions for what is not here yet.
constexpr duration look_pause_min = std::chrono::milliseconds(5);
constexpr duration look_pause_max = std::chrono::milliseconds(500);

}  // namespace

void consumer::hold_for_predecessor(const nats::consumer_info& known) {
  lanes_->hold();
  inherited_.arrived.clear();
  inherited_.all_arrived.reset();
  inherited_.count = known.ack_pending;
  inherited_.through = known.delivered_stream_sequence;
  // What can be given again comes first; of what follows no more than has to be.
  source_->limit(std::min<std::size_t>(inherited_.count, policy().workers()));
}

void consumer::note_arrival(const job& arrived) {
  const std::uint64_t sequence = arrived.message.info().stream_sequence;
  if (!lanes_->is_held() || sequence > inherited_.through) return;
  inherited_.arrived.insert(sequence);
  if (inherited_.arrived.size() == inherited_.count) inherited_.all_arrived.set();
}

task<> consumer::wait_for_predecessor() {
  const auto arrived =
      co_await with_timeout(policy().ack_wait() + expiry_slack, wait_for_arrivals()).as_result();
  if (!arrived && arrived.error().is_cancelled()) throw arrived.error();
  source_->limit(gate_.width());
  if (!arrived && inherited_.count <= policy().workers()) {
    // Now the server gives all that is left again. What came meanwhile makes room, and comes later.
    lanes_->dismiss_after(inherited_.through);
    const auto late = co_await with_timeout(arrival_limit, wait_for_arrivals()).as_result();
    if (!late && late.error().is_cancelled()) throw late.error();
  }
  inherited_.arrived.clear();
  lanes_->release();
}

task<> consumer::wait_for_arrivals() {
  for (duration wait = look_pause_min;; wait = std::min(wait * 2, look_pause_max)) {
    const auto all = co_await with_timeout(wait, inherited_.all_arrived.wait()).as_result();
    if (all) co_return;
    if (all.error().is_cancelled()) throw all.error();
    if (co_await is_settled_or_here()) co_return;
    if (wait * 2 >= look_pause_max && wait < look_pause_max) {
      log_info("consumer '" + policy().name() + "' waits for messages, " +
               std::to_string(inherited_.count - inherited_.arrived.size()) +
               " at most, that a program before this one had in hand, to keep their order");
    }
  }
}

task<bool> consumer::is_settled_or_here() {
  // Those that are here before the question are counted in its answer: none of them is settled.
  const std::size_t here = lanes_->waiting();
  const auto known =
      co_await on_.jetstream.consumer_info(std::string(entry().stream), policy().name())
          .as_result();
  if (!known && known.error().is_cancelled()) throw known.error();
  co_return known &&
      (known->ack_pending <= here || known->ack_floor_stream_sequence >= inherited_.through);
}

}  // namespace weir::detail
