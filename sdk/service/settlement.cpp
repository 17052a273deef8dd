// SPDX-License-Identifier: Apache-2.0
#include "consumer.hpp"
#include "weir/observe/log.hpp"
#include "weir/postgres/error.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

constexpr backoff outage_backoff =
    exponential(std::chrono::milliseconds(50), std::chrono::seconds(2)).full_jitter();

}  // namespace

bool is_outage(const error& failure, bool of_handler) noexcept {
  if (failure.is(errc::unavailable)) return !of_handler;
  if (failure.code().category() != postgres::sqlstate_category()) return false;
  // Connection exceptions, shutdowns and restarts, too many connections.
  const std::string state = failure.code().message();
  return state.starts_with("08") || state.starts_with("57P") || state == "53300";
}

void consumer::acknowledge(job& done) {
  done.message.ack();
  outage_told_ = false;
  const meta about = done.about();
  ++on_.statistics.processed;
  if (about.attempt > 1) ++on_.statistics.redelivered;
  const auto now = loop::current().driver().wall_clock();
  on_.statistics.latency.record(std::chrono::duration_cast<duration>(now - about.published_at));
}

void consumer::acknowledge_duplicate(job& done) {
  done.message.ack();
  outage_told_ = false;
  ++on_.statistics.duplicates_skipped;
}

void consumer::acknowledge_outdated(job& done) {
  done.message.ack();
  outage_told_ = false;
  ++on_.statistics.outdated_skipped;
}

void consumer::end_expired(job& taken) {
  ++on_.statistics.expired;
  taken.message.term("expired");
}

bool consumer::is_hopeless(const job& failed, const error& why) const {
  return why.disposition() == disposition::poison || why.disposition() == disposition::permanent ||
         failed.attempt() >= policy().attempts();
}

void consumer::discard(job& failed, const error& why) {
  ++on_.statistics.discarded;
  failed.message.term(why.message());
}

task<> consumer::settle_failure(job& failed, error why) {
  // A handler that ends as cancelled without being asked to has failed like any other.
  if (why.is_cancelled() && draining_.is_set()) co_return co_await give_back(failed);
  if (why.disposition() == disposition::retry) co_await discount_given_back(failed);
  if (is_hopeless(failed, why)) co_return co_await give_up(failed, why);
  ++on_.statistics.retried;
  retry_later(failed);
}

void consumer::retry_later(job& failed) {
  failed.message.nak(policy().backoff().delay(failed.attempt(), loop::current().random()));
}

task<> consumer::give_back(job& waiting) {
  // One that has failed here is an attempt; and while this program goes on nobody asks others.
  if (giving_way_.is_set() && waiting.retries == 0) {
    co_await given_back_.note(waiting.message.info().stream_sequence, waiting.untried + 1);
  }
  ++on_.statistics.given_back;
  waiting.message.nak();
}

/// What no worker has taken yet.
task<> consumer::give_back_left(nats::delivery left) {
  co_await given_back_.note(left.info().stream_sequence, 1);
  left.nak();
}

task<> consumer::note_those_away() {
  for (const auto& [sequence, times] : lanes_->take_absent()) {
    co_await given_back_.note(sequence, times);
  }
}

task<> consumer::discount_given_back(job& failed) {
  if (failed.given_back || failed.attempt() < policy().attempts()) co_return;
  if (failed.message.info().delivered == 1) co_return;
  failed.given_back = co_await given_back_.count(failed.message.info().stream_sequence);
}

task<bool> consumer::wait_out(const error& outage, std::uint64_t failures) {
  if (giving_way_.is_set()) co_return false;
  if (!outage_told_) {
    outage_told_ = true;
    log_warning("handling waits, messages are kept: " + outage.message());
  }
  co_return co_await pause(outage_backoff.delay(failures, loop::current().random()));
}

task<bool> consumer::pause(duration wait) {
  const auto ended = co_await with_timeout(wait, giving_way_.wait()).as_result();
  if (!ended && ended.error().is_cancelled()) throw ended.error();
  co_return !giving_way_.is_set();
}

}  // namespace weir::detail
