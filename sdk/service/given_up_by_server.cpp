// SPDX-License-Identifier: Apache-2.0
#include "given_up_by_server.hpp"

#include <algorithm>

#include "advisory_stream.hpp"
#include "letter_search.hpp"
#include "message_ids.hpp"
#include "weir/loop.hpp"
#include "weir/observe/log.hpp"
#include "weir/sleep.hpp"

namespace weir::detail {
namespace {

constexpr std::size_t settled_at_once_max = 64;
/// How long a program may take for those before another one gets them.
constexpr duration settle_limit = std::chrono::minutes(2);
constexpr duration listen_pause = std::chrono::seconds(30);
constexpr duration retry_wait = std::chrono::seconds(5);

error given_up(std::uint64_t deliveries) {
  return {errc::limit_exceeded, disposition::permanent,
          "given up by the server after " + std::to_string(deliveries) +
              " deliveries, its consumer's max_deliver; the last error was not told"};
}

void put_off(nats::delivery& told, const error& why) {
  log_error("the letter of a message that the server has given up will be tried again",
            {{"error", why}});
  told.nak(retry_wait);
}

std::string place_of(const nats::max_deliveries_advisory& what) {
  return what.stream + ':' + std::to_string(what.stream_sequence);
}

}  // namespace

std::string given_up_by_server::consumer_name() const {
  return own_stream() + '=' + policy().name();
}

task<> given_up_by_server::open() {
  if (!source_) co_await try_to_listen();
}

task<> given_up_by_server::try_to_listen() {
  const auto begun = co_await listen().as_result();
  may_listen_later_ = false;
  if (begun) co_return;
  const error& why = begun.error();
  if (why.is_cancelled()) throw why;
  may_listen_later_ = why.disposition() == disposition::retry;
  if (was_told_) co_return;
  was_told_ = true;
  log_warning(
      "what the server gives up is not watched, but the service gives up itself all the same",
      {{"consumer", policy().name()}, {"tries_on", may_listen_later_}, {"error", why}});
}

task<> given_up_by_server::listen() {
  const std::string subject = advisory_subject(own_stream(), policy().name());
  advisory_stream_ = co_await advisory_stream(on_.jetstream, own_stream(), subject);
  nats::consumer_config own;
  own.durable = consumer_name();
  own.filter_subject = subject;
  own.ack_wait = settle_limit;
  own.max_deliver = -1;
  co_await on_.jetstream.ensure_consumer(advisory_stream_, std::move(own));
  source_.emplace(co_await nats::pull_source::open(on_.jetstream, advisory_stream_, consumer_name(),
                                                   {.slots = settled_at_once_max}));
}

task<> given_up_by_server::run() {
  while (may_listen_later_) {
    co_await sleep(listen_pause);
    co_await try_to_listen();
  }
  while (source_) {
    auto told = co_await source_->next_batch(settled_at_once_max).as_result();
    if (!told) {
      if (told.error().is_cancelled()) throw told.error();
      log_warning("what the server gives up is not watched until the service starts again",
                  {{"consumer", policy().name()}, {"error", told.error()}});
      co_return;
    }
    if (told->empty()) co_return;
    co_await settle(std::move(*told));
  }
}

task<> given_up_by_server::settle(std::vector<nats::delivery> told) {
  std::vector<lost_message> lost;
  std::set<std::string> ids;
  timestamp oldest = timestamp::max();
  for (auto& one : told) {
    auto looked_at = co_await look_at(one).as_result();
    if (!looked_at && looked_at.error().is_cancelled()) throw looked_at.error();
    if (!looked_at) put_off(one, looked_at.error());
    if (!looked_at || !*looked_at) continue;
    ids.insert(letter_id((*looked_at)->identity));
    oldest = std::min(oldest, (*looked_at)->stored.time);
    lost.push_back(std::move(**looked_at));
  }
  if (lost.empty()) co_return;
  const auto known =
      co_await find_letters(on_.jetstream, policy().dead_letter(), oldest, std::move(ids))
          .as_result();
  if (!known && known.error().is_cancelled()) throw known.error();
  for (auto& one : lost) {
    if (!known) {
      put_off(*one.told, known.error());
    } else if (known->contains(letter_id(one.identity))) {
      one.told->ack();
    } else {
      co_await store(one);
    }
  }
}

std::string given_up_by_server::message_id(const nats::stored_message& stored) const {
  if (policy().id().of != nullptr) {
    try {
      return policy().id().of(registered_.entry.decode(stored.payload).get());
    } catch (const error&) {
      // It is no such event, so nobody has handled it under an id of its own.
    }
  }
  return message_id_of(stored.header("Nats-Msg-Id"), {stored.sequence, stored.time});
}

/// Nothing where the advisory is settled: there is no letter to be stored, or not yet.
task<std::optional<given_up_by_server::lost_message>> given_up_by_server::look_at(
    nats::delivery& told) {
  const nats::advisory read = nats::read_advisory(told.subject(), told.payload());
  const auto* what = std::get_if<nats::max_deliveries_advisory>(&read.what);
  if (what == nullptr || what->stream != own_stream() || what->consumer != policy().name()) {
    told.ack();
    co_return std::nullopt;
  }
  if (must_wait(told, *what, read.time)) co_return std::nullopt;
  auto stored = co_await on_.jetstream.get_message(what->stream, what->stream_sequence).as_result();
  if (!stored && !stored.error().is(errc::not_found)) throw stored.error();
  // Of a later one the stream was made anew.
  if (!stored || stored->time > read.time) {
    log_info("a message was given up by the server, and is gone", {{"message", place_of(*what)}});
    told.ack();
    co_return std::nullopt;
  }
  const stream_place at{what->stream_sequence, stored->time};
  if (on_.handled != nullptr) {
    std::vector<std::string> ids;
    ids.push_back(message_id(*stored));
    const auto handled = co_await on_.handled->handled_of(std::move(ids));
    if (!handled.empty()) {
      told.ack();
      co_return std::nullopt;
    }
  }
  co_return lost_message{.told = &told,
                         .what = *what,
                         .given_up_at = read.time,
                         .stored = std::move(*stored),
                         .identity = identity_of(what->consumer, what->stream, at)};
}

/// An attempt that runs when the server gives up may still succeed, here or in another program: it
/// ends within the deadline, and then the inbox knows.
bool given_up_by_server::must_wait(nats::delivery& told, const nats::max_deliveries_advisory& what,
                                   timestamp at) const {
  const duration deadline = policy().deadline();
  if (on_.is_in_hand(what.stream_sequence)) {
    told.nak(deadline);
    return true;
  }
  const auto now = loop::current().driver().wall_clock();
  const auto left = std::chrono::duration_cast<duration>(at - now) + deadline;
  // Once: the clocks of two machines may differ by more.
  if (told.info().delivered > 1 || left <= duration::zero()) return false;
  told.nak(std::min(left, deadline));
  return true;
}

task<> given_up_by_server::store(lost_message& lost) {
  const auto& stored = lost.stored;
  const std::string id = message_id(stored);
  dead_message dead{.about = {.subject = stored.subject,
                              .stream = lost.what.stream,
                              .consumer = lost.what.consumer,
                              .message_id = id,
                              .stream_sequence = lost.what.stream_sequence,
                              .attempt = lost.what.deliveries,
                              .published_at = stored.time,
                              .correlation_id = id},
                    .identity = lost.identity,
                    .body = stored.payload,
                    .headers = stored.headers,
                    .failed_at = lost.given_up_at};
  const error why = given_up(lost.what.deliveries);
  const auto done =
      co_await store_dead_letter(on_.jetstream, policy().dead_letter(), std::move(dead), why)
          .as_result();
  if (done) {
    log_warning("a message is given up by the server",
                {{"message", place_of(lost.what)}, {"consumer", policy().name()}, {"error", why}});
    ++on_.statistics.given_up_by_server;
    lost.told->ack();
    co_return;
  }
  if (done.error().is_cancelled()) throw done.error();
  put_off(*lost.told, done.error());
}

task<bool> given_up_by_server::is_done() {
  if (!source_) co_return true;
  if (source_->unfinished() > 0) co_return false;
  const auto now = co_await on_.jetstream.consumer_info(advisory_stream_, consumer_name());
  co_return now.pending == 0 && now.ack_pending == 0;
}

void given_up_by_server::stop() noexcept {
  if (source_) source_->stop();
}

task<> given_up_by_server::close() {
  if (source_) co_await source_->close();
}

void tell_of_lifted_limit(const nats::ensured<nats::consumer_info>& known) {
  for (const auto& change : known.changes) {
    if (change.field != "max_deliver") continue;
    log_warning("consumer '" + known.info.name + "' had max_deliver " + change.is +
                ", which is lifted: the service counts attempts, and gives up itself");
  }
}

}  // namespace weir::detail
