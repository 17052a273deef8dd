// SPDX-License-Identifier: Apache-2.0
// What a program before this one has left in hand, where messages have an order.
//
// What it has given back the server gives at once, in any order; what it took along when it died
// comes when the server has waited for it. Until then no message gets its turn: either all of it is
// here, or nothing is taken until the server gives all of it, in the order of the stream and before
// anything new.
#include <algorithm>

#include "consumer.hpp"
#include "weir/loop.hpp"
#include "weir/observe/log.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

/// How late the server may notice that it has waited for long enough.
constexpr duration expiry_slack = std::chrono::milliseconds(500);
/// How long what was given back may take to come.
constexpr duration arrival_limit = std::chrono::milliseconds(500);
/// How often the server is waited for where the connection is lost meanwhile.
constexpr int waits_max = 5;

}  // namespace

void consumer::hold_for_predecessor(const nats::consumer_info& known) {
  lanes_->hold();
  inherited_.arrived.clear();
  inherited_.all_arrived.reset();
  inherited_.count = known.ack_pending;
  inherited_.through = known.delivered_stream_sequence;
  // What was given back comes first, and nothing else has to.
  source_->limit(inherited_.count <= policy().workers() ? inherited_.count : 0);
}

void consumer::note_arrival(const job& arrived) {
  const std::uint64_t sequence = arrived.message.info().stream_sequence;
  if (!lanes_->is_held() || sequence > inherited_.through) return;
  inherited_.arrived.insert(sequence);
  if (inherited_.arrived.size() == inherited_.count) inherited_.all_arrived.set();
}

task<> consumer::wait_for_predecessor() {
  if (!co_await has_all_arrived() && !co_await wait_for_redelivery()) co_return;
  inherited_.arrived.clear();
  lanes_->release();
  source_->limit(gate_.width());
}

/// After a lost connection what came may be anything: a server that was killed has forgotten what
/// was acknowledged last.
task<bool> consumer::has_all_arrived() {
  const auto troubles = source_->counters().troubles;
  const auto arrived =
      co_await with_timeout(arrival_limit, inherited_.all_arrived.wait()).as_result();
  if (!arrived && arrived.error().is_cancelled()) throw arrived.error();
  co_return arrived && source_->counters().troubles == troubles;
}

/// What is here goes back, too, until the server gives again what is not. False when others are to
/// have the messages.
task<bool> consumer::wait_for_redelivery() {
  log_info("a consumer waits for messages that a program before this one had in hand, for order",
           {{"consumer", policy().name()}, {"messages", inherited_.count}});
  const duration wait = policy().ack_wait() + expiry_slack;
  for (int waits = 1;; ++waits) {
    const auto troubles = source_->counters().troubles;
    source_->limit(0);
    lanes_->send_all_away(loop::current().now() + wait);
    if (!co_await pause(wait)) co_return false;
    // A server that was started again meanwhile waits for all of it anew.
    if (source_->counters().troubles == troubles || waits == waits_max) co_return true;
  }
}

}  // namespace weir::detail
