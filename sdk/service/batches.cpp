// SPDX-License-Identifier: Apache-2.0
// Many messages in one call: one transaction, one commit; halved until the culprit is alone.
#include <algorithm>

#include "consumer.hpp"
#include "event_headers.hpp"
#include "tracing.hpp"
#include "weir/loop.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"

namespace weir::detail {
namespace {

/// How often a batch is tried again because some of it was handled before: each time those are
/// taken out, and only messages that another program handles at this moment add to them.
constexpr std::uint64_t refusals_max = 8;

std::vector<std::string> ids_of(const std::vector<std::unique_ptr<job>>& jobs) {
  std::vector<std::string> ids;
  ids.reserve(jobs.size());
  for (const auto& one : jobs) ids.push_back(one->message_id);
  return ids;
}

/// What a batch publishes is told apart by the first message whose handling is committed with it:
/// that one is never handled again. One that has failed is, and what it publishes then would have
/// the ids of what others have published now.
event_origin origin_of(const std::vector<std::unique_ptr<job>>& jobs, const batch& outcomes) {
  const auto has_failed = [&](std::size_t at) { return outcomes.failures().contains(at); };
  std::size_t first = 0;
  while (first < jobs.size() && has_failed(first)) ++first;
  if (first == jobs.size()) {
    const job& front = *jobs.front();
    const std::uint64_t run = front.message.info().delivered + front.retries;
    return {.id = front.identity() + ":failed-" + std::to_string(run)};
  }
  return {.id = jobs[first]->identity()};
}

}  // namespace

/// One batch is committed after the other, so their writes keep the order of the stream; what is
/// committed is published and acknowledged beside the next one.
task<> consumer::work_in_batches() {
  for (;;) {
    auto delivered = co_await source_->next_batch(batch_messages_max);
    if (delivered.empty()) co_return;
    std::vector<task<std::unique_ptr<job>>> arrivals;
    for (auto& one : delivered) arrivals.push_back(accept(std::move(one)));
    batch taken = co_await when_all(std::move(arrivals));
    std::erase(taken, nullptr);
    if (!taken.empty()) co_await handle_batch(std::move(taken));
  }
}

task<> consumer::handle_batch(batch taken) {
  const auto handled = co_await try_batch(taken).as_result();
  // As in work(): the time to drain was over.
  for (const auto& one : taken) {
    if (!one->message.is_finished()) co_await give_back(*one);
  }
  if (!handled && !handled.error().is_cancelled()) throw handled.error();
}

task<> consumer::try_batch(batch& taken) {
  std::uint64_t refusals = 0;
  for (std::uint64_t outages = 0; !taken.empty();) {
    weir::batch outcomes(taken.size());
    std::optional<gate::pass> pass = co_await gate_.enter();
    if (!pass) co_return;
    attempt_end end = co_await attempt_batch(taken, outcomes);
    if (end.how == attempt_end::kind::done) pass->succeeded();
    if (end.how == attempt_end::kind::failed) pass->failed(*end.why);
    pass.reset();  // The halves need passes of their own.
    switch (end.how) {
      case attempt_end::kind::done:
        co_return co_await finish_batch(taken, outcomes, std::move(end.events));
      case attempt_end::kind::duplicate:
        // One or more of them; the next try asks which. One whose handling is committed only now
        // is found, too, since the refusal waited for that.
        for (auto& one : taken) one->may_be_handled = true;
        if (++refusals <= refusals_max) continue;
        break;
      case attempt_end::kind::outage:
        if (co_await wait_out(*end.why, ++outages)) continue;
        co_return;
      case attempt_end::kind::not_begun:  // These two are not of batches.
      case attempt_end::kind::outdated:
      case attempt_end::kind::failed:
        break;
    }
    if (taken.size() > 1) co_return co_await handle_halves(taken);
    if (end.how == attempt_end::kind::duplicate) co_return;
    if (!co_await goes_again(*taken.front(), *end.why)) co_return;
  }
}

task<> consumer::handle_halves(batch& taken) {
  const auto middle = taken.begin() + static_cast<std::ptrdiff_t>(taken.size() / 2);
  batch second(std::make_move_iterator(middle), std::make_move_iterator(taken.end()));
  taken.erase(middle, taken.end());
  co_await handle_batch(std::exchange(taken, {}));
  co_await handle_batch(std::move(second));
}

/// Acknowledges those that were handled before, where that is possible at all.
task<> consumer::take_out_handled(batch& taken) {
  // The same message twice in one batch: its publisher has published it again.
  std::vector<std::string> seen;
  std::vector<std::string> ids;
  for (const auto& one : taken) {
    if (one->may_be_handled) ids.push_back(one->message_id);
  }
  if (ids.empty()) co_return;
  auto handled = co_await inbox_->handled_of(std::move(ids));
  std::ranges::sort(handled);
  for (auto& one : taken) {
    const bool is_second = std::ranges::find(seen, one->message_id) != seen.end();
    if (one->may_be_handled) seen.push_back(one->message_id);
    if (!is_second && !std::ranges::binary_search(handled, one->message_id)) continue;
    // The second of two is settled with the next delivery, once the first is committed.
    if (is_second) {
      co_await give_back(*one);
    } else {
      acknowledge_duplicate(*one);
    }
    one.reset();
  }
  std::erase(taken, nullptr);
}

task<attempt_end> consumer::attempt_batch(batch& taken, weir::batch& outcomes) {
  attempt_end end;
  bool in_handler = false;
  bool is_unknown = false;
  span process;
  trace_context trace;
  const time_point begun = loop::current().now();
  try {
    co_await take_out_handled(taken);
    if (taken.empty()) co_return end;
    for (auto& one : taken) note_start(*one);
    taken.front()->was_begun = false;
    process = begin_process(taken, entry(), trace);
    // Not a coroutine itself, so what it captures lives as long as this frame.
    const auto body = [&](postgres::tx& in) {
      // Of a run that was rolled back nothing counts.
      outcomes = weir::batch(taken.size());
      end.events.clear();
      return run_batch(in, taken, outcomes, end.events, trace);
    };
    co_await with_timeout(policy().deadline(), on_.database->transaction(body));
  } catch (const error& failure) {
    in_handler = taken.front()->in_handler;
    end = end_of(failure, in_handler, &is_unknown);
  } catch (...) {
    end = end_of(to_error(std::current_exception()), true);
  }
  const duration took = loop::current().now() - begun;
  if (!taken.empty()) end_process(process, *taken.front(), end);
  for (auto& one : taken) one->may_be_handled |= is_unknown;
  if (!taken.empty()) co_await excuse_if_silenced(end, *taken.front(), begun);
  note_end(end.how, took);
  co_return end;
}

task<> consumer::run_batch(postgres::tx& in, batch& taken, weir::batch& outcomes,
                           std::vector<outbox_row>& rows, const trace_context& trace) {
  publications events(body_bytes_max(on_.over), publications::batch_count_max);
  inbox_->enter_all(in, ids_of(taken));
  std::vector<const void*> decoded;
  decoded.reserve(taken.size());
  for (const auto& one : taken) decoded.push_back(one->event.get());
  tx handed(in, events);
  taken.front()->in_handler = true;
  taken.front()->was_begun = true;
  const handler_resources given{.transaction = &handed, .batch = &outcomes, .others = &others_};
  co_await with_context(context_of(nullptr, trace), entry().run_many(decoded, given));
  taken.front()->in_handler = false;
  std::vector<std::string> failed;
  for (const auto& [index, why] : outcomes.failures()) failed.push_back(taken[index]->message_id);
  if (!failed.empty()) inbox_->leave_all(in, failed);
  taken.front()->commit = begin_commit(trace);
  if (events.entries().empty()) co_return;
  event_origin from = origin_of(taken, outcomes);
  // Of many, none is the cause.
  from.headers = taken.size() == 1 ? headers_after(*taken.front()) : headers_of_trace(trace);
  rows = store(in, rows_of(events, std::move(from)));
}

task<> consumer::finish_batch(batch& done, const weir::batch& outcomes,
                              std::vector<outbox_row> rows) {
  std::vector<task<>> failures;
  for (std::size_t at = 0; at < done.size(); ++at) {
    const auto failed = outcomes.failures().find(at);
    if (failed == outcomes.failures().end()) {
      acknowledge(*done[at]);
    } else {
      failures.push_back(settle_failure(*done[at], failed->second));
    }
  }
  co_await when_all(std::move(failures));
  if (rows.empty()) co_return;
  co_await sending_.acquire();
  workers_->spawn(send_in_background(std::move(rows)));
}

task<> consumer::send_in_background(std::vector<outbox_row> rows) {
  const auto sent = co_await send_stored_in_passing(std::move(rows)).as_result();
  sending_.release();
  if (!sent && !sent.error().is_cancelled()) throw sent.error();
}

}  // namespace weir::detail
