// SPDX-License-Identifier: Apache-2.0
// After the commit: a message's events go into their streams, and it is acknowledged.
#include "consumer.hpp"
#include "weir/observe/log.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

/// How long a worker sees to what it has published, which is swept where that does not do.
constexpr duration in_passing = std::chrono::seconds(5);

}  // namespace

task<> consumer::publish_and_acknowledge(job& done, std::vector<outbox_row> rows) {
  if (inbox_) {
    // Handled and remembered, with its events: nothing is left that another delivery could do. In a
    // lane the message keeps its slot until its worker is free, so that none waits without one:
    // what waits while there is no connection is dropped and comes again later, behind others of
    // its key.
    if (lanes_) {
      co_await send_stored(std::move(rows));
      co_return acknowledge(done);
    }
    acknowledge(done);
    co_return co_await send_stored_in_passing(std::move(rows));
  }
  std::optional<error> refusal;
  for (std::uint64_t failures = 0; !rows.empty();) {
    sent_events sent = co_await send_events(on_.jetstream, std::move(rows));
    on_.statistics.published += sent.confirmed;
    on_.statistics.duplicates_refused += sent.duplicates;
    if (!refusal) refusal = std::move(sent.refusal);
    if (!sent.obstacle) break;
    // What is not confirmed is published again, here and now: a message that came again would
    // publish all its events once more.
    if (!co_await wait_out(*sent.obstacle, ++failures)) co_return co_await give_back(done);
    rows = std::move(sent.unconfirmed);
  }
  // All others of its events are in their streams.
  if (refusal) co_return co_await settle_failure(done, *refusal);
  if (handled_) co_await remember(done);
  acknowledge(done);
}

task<> consumer::remember(const job& done) {
  for (std::uint64_t failures = 0;;) {
    const auto remembered = co_await handled_->add(done.message_id).as_result();
    if (remembered) co_return;
    if (remembered.error().is_cancelled()) throw remembered.error();
    // It is handled all the same: the acknowledgement is what counts.
    if (remembered.error().disposition() != disposition::retry) {
      log_error("what " + policy().name() +
                " has handled is not remembered: " + remembered.error().message());
      co_return;
    }
    if (!co_await wait_out(remembered.error(), ++failures)) co_return;
  }
}

/// Sends events that are stored with their commit. What is not confirmed in the end stays stored,
/// and is swept up by outbox_relay.
task<> consumer::send_stored(std::vector<outbox_row> rows) {
  for (std::uint64_t failures = 0; !rows.empty();) {
    sent_events sent = co_await on_.outbox->send(std::move(rows));
    on_.statistics.published += sent.confirmed;
    on_.statistics.duplicates_refused += sent.duplicates;
    if (sent.refusal) {
      log_error("a stream refuses an event of " + policy().name() +
                ", which stays in weir_outbox: " + sent.refusal->message());
    }
    if (!sent.obstacle) co_return;
    if (!co_await wait_out(*sent.obstacle, ++failures)) co_return;
    rows = std::move(sent.unconfirmed);
  }
}

/// The same where nothing has to wait for the events: its worker has other messages to handle.
task<> consumer::send_stored_in_passing(std::vector<outbox_row> rows) {
  if (rows.empty()) co_return;
  const auto sent = co_await with_timeout(in_passing, send_stored(std::move(rows))).as_result();
  if (!sent && sent.error().is_cancelled()) throw sent.error();
}

}  // namespace weir::detail
