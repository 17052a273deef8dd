// SPDX-License-Identifier: Apache-2.0
#include "responder.hpp"

#include "database_probe.hpp"
#include "event_headers.hpp"
#include "tracing.hpp"
#include "weir/timeout.hpp"
#include "weir/uuid.hpp"

namespace weir::detail {
namespace {

/// How many transactions' events may be on their way from memory; of more the sweep takes care.
constexpr std::size_t sends_max = 1024;

/// Gives back a permit at the end of its life.
struct permit {
  semaphore& from;
  ~permit() { from.release(); }
};

}  // namespace

responder::responder(const service::answering& registered, const dependencies& on)
    : registered_(registered),
      on_(on),
      counts_(on.statistics.responders.emplace_back(registered.policy.name())),
      places_(registered.policy.workers() + endpoint::waiting_max),
      workers_(registered.policy.workers()) {}

task<nats::reply> responder::answer(nats::message asked) {
  if (!places_.try_acquire()) {
    co_return refuse({503,
                      "too many requests wait already: there are fewer workers than it takes; "
                      "ask again later"});
  }
  const permit held{places_};
  const time_point begun = loop::current().now();
  const time_point until = saturating_add(begun, policy().deadline());
  request_progress now = request_progress::waiting;
  nats::service_error why;
  try {
    std::string reply = co_await with_deadline(until, run(asked, now));
    ++counts_.answered;
    counts_.durations.success.record(loop::current().now() - begun);
    co_return nats::reply{.payload = std::move(reply)};
  } catch (const error& thrown) {
    if (thrown.is_cancelled()) throw;
    why = refusal_of(thrown, failed_at(now, until));
  } catch (...) {
    why = refusal_of(to_error(std::current_exception()), failed_at(now, until));
  }
  counts_.durations.failure.record(loop::current().now() - begun);
  co_return refuse(std::move(why));
}

task<std::string> responder::run(const nats::message& asked, request_progress& now) {
  co_await workers_.acquire();
  const permit held{workers_};
  now = request_progress::handling;
  taken_request taken{entry().decode(asked.payload()), {uuid::random().to_string()}};
  request_trace traced = begin_answer(asked, entry().subject);
  taken.origin.headers = headers_after(asked, taken.origin.id, traced.trace);
  auto work = entry().has_transaction ? run_with_database(taken, now) : run_plain(taken, now);
  co_return co_await run_traced(std::move(traced), policy().name(), std::string(asked.subject()),
                                std::move(work));
}

/// What the handler replies, if it can be sent: found out before anything is committed.
task<std::string> responder::reply_of(const void* request, handler_resources from) {
  std::string reply = co_await entry().run(request, from);
  const std::size_t room = on_.over.server().max_payload;
  if (reply.size() <= room) co_return reply;
  throw error(errc::unsupported, disposition::permanent,
              "the reply has " + std::to_string(reply.size()) +
                  " bytes, the server's max_payload is " + std::to_string(room) +
                  "; reply with less, or with where it is");
}

task<std::string> responder::run_plain(const taken_request& taken, request_progress& now) {
  publications events(body_bytes_max(on_.over));
  handler_resources from;
  from.others = &others_;
  from.events = &events;
  std::string reply = co_await reply_of(taken.event.get(), from);
  now = request_progress::finishing;
  if (events.entries().empty()) co_return reply;
  const sent_events sent = co_await send_events(on_.jetstream, make_rows(events, taken.origin).now);
  counts_.published += sent.confirmed;
  if (sent.failure() != nullptr) throw error(*sent.failure());
  co_return reply;
}

task<std::string> responder::run_with_database(const taken_request& taken, request_progress& now) {
  std::vector<outbox_row> rows;
  // Not a coroutine itself, so what it captures lives as long as this frame.
  const auto body = [&](postgres::tx& in) { return run_in(in, taken, now, rows); };
  std::string reply = co_await on_.database->transaction(body);
  send(std::move(rows));
  co_return reply;
}

task<std::string> responder::run_in(postgres::tx& in, const taken_request& taken,
                                    request_progress& now, std::vector<outbox_row>& rows) {
  // The pool repeats this after a serialization failure.
  now = request_progress::handling;
  publications events(body_bytes_max(on_.over));
  tx handed(in, events);
  handler_resources from;
  from.others = &others_;
  from.transaction = &handed;
  std::string reply = co_await reply_of(taken.event.get(), from);
  now = request_progress::finishing;
  rows = on_.outbox->store(in, make_rows(events, taken.origin));
  co_return reply;
}

void responder::send(std::vector<outbox_row> rows) {
  if (!rows.empty() && sending_.size() < sends_max) sending_.spawn(send_rows(std::move(rows)));
}

task<> responder::send_rows(std::vector<outbox_row> rows) {
  // What is not confirmed is swept, and the obstacle said there.
  const sent_events sent = co_await on_.outbox->send(std::move(rows));
  counts_.published += sent.confirmed;
}

task<> responder::finish_sending() { co_await sending_.join(); }

task<> responder::close() { co_await sending_.close(); }

nats::reply responder::refuse(nats::service_error why) {
  ++counts_.refused;
  return {.failure = std::move(why)};
}

failed_request responder::failed_at(request_progress at, time_point until) const {
  failed_request request{.at = at, .is_late = loop::current().now() >= until};
  if (entry().has_transaction && is_away(*on_.database)) {
    request.database_down = on_.database->stats().last_connect_error;
  }
  return request;
}

}  // namespace weir::detail
