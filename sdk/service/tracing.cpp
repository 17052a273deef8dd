// SPDX-License-Identifier: Apache-2.0
#include "tracing.hpp"

#include <algorithm>
#include <cctype>

#include "consumer.hpp"
#include "event_headers.hpp"
#include "weir/loop.hpp"
#include "weir/observe/event_context.hpp"
#include "weir/observe/log.hpp"

namespace weir::detail {
namespace {

tracer_settings announced(tracer_settings read) {
  if (read.endpoint.empty()) return read;
  // Behind the path a key may stand.
  log_info("traces go to " + read.endpoint.substr(0, read.endpoint.find('?')) + ", sampled by " +
           read.sampler.describe());
  return read;
}

std::string named(std::string_view operation, std::string_view what) {
  return std::string(operation) + ' ' + std::string(what);
}

void describe(span& one, std::string_view operation, std::string_view subject) {
  one.set("messaging.system", "nats");
  one.set("messaging.operation.name", operation);
  one.set("messaging.operation.type", operation);
  one.set("messaging.destination.name", subject);
}

/// A trace that goes on where `came` is one, else the one that `begun` is set to, if it may be
/// recorded.
span begin_consumer_span(std::string_view pattern, span_kind kind, const trace_context& came,
                         trace_context& begun) {
  if (!is_tracing()) return {};
  if (!came.is_valid()) begun = trace_context::begin();
  span made(pattern, {.kind = kind,
                      .parent = came.is_valid() ? &came : nullptr,
                      .has_remote_parent = came.is_valid(),
                      .begins = came.is_valid() ? nullptr : &begun});
  if (made.is_recording()) made.rename(named("process", pattern));
  return made;
}

/// What goes with all that comes of the work.
trace_context trace_after(const span& process, const trace_context& came,
                          const trace_context& begun) {
  if (process.is_recording()) return process.context();
  if (!came.is_valid()) return begun;
  trace_context handed_on = came;
  // Who comes next is not to look for a span that this program has not recorded.
  if (is_tracing()) handed_on.sampled = false;
  return handed_on;
}

/// From its arrival to its first try, with its wait for its turn.
void trace_receipt(const job& taken) {
  const auto& info = taken.message.info();
  const bool goes_on = taken.came.is_valid();
  span receive(named("receive", info.stream), {.kind = span_kind::client,
                                               .parent = goes_on ? &taken.came : &taken.trace,
                                               .has_remote_parent = goes_on,
                                               .begun = taken.message.leased_at()});
  describe(receive, "receive", taken.message.subject());
  receive.set("messaging.consumer.group.name", info.consumer);
  receive.set("messaging.message.id", taken.message_id);
}

std::string_view name_of(attempt_end::kind how) {
  using kind = attempt_end::kind;
  switch (how) {
    case kind::done:
      return "done";
    case kind::duplicate:
      return "duplicate";
    case kind::outdated:
      return "outdated";
    case kind::not_begun:
      return "not begun";
    case kind::outage:
      return "outage";
    case kind::failed:
      return "failed";
  }
  return "";
}

/// What a statement without a name is called: its first word.
std::string first_word(std::string_view sql) {
  const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0; };
  const auto first = std::ranges::find_if(sql, is_letter);
  const auto last = std::find_if_not(first, sql.end(), is_letter);
  std::string word(first, last);
  std::ranges::transform(word, word.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word.empty() ? "statement" : word;
}

void trace_statement(const postgres::statement_report& told) {
  const trace_context* const asker = trace_of(told.asker);
  if (asker == nullptr || !asker->sampled) return;
  span statement(told.name.empty() ? first_word(told.sql) : std::string(told.name),
                 {.kind = span_kind::client,
                  .parent = asker,
                  .begun = loop::current().driver().now() - told.took});
  statement.set("db.system", "postgresql");
  statement.set("db.query.text", told.sql);
  if (told.sqlstate.empty()) {
    statement.set("db.response.returned_rows", told.rows);
  } else {
    statement.set("db.response.status_code", told.sqlstate);
    statement.fail("SQLSTATE " + std::string(told.sqlstate));
  }
}

}  // namespace

service_tracing::service_tracing(tracer_settings settings)
    : tracer_(announced(std::move(settings))) {
  tracer_.start();
}

void service_tracing::watch(postgres::pool_options& to) const {
  if (!tracer_.is_recording()) return;
  to.hooks.on_statement =
      [before = std::move(to.hooks.on_statement)](const postgres::statement_report& told) {
        if (before) before(told);
        if (told.asker != nullptr) trace_statement(told);
      };
}

span begin_process(job& taken, const handler_entry& by) {
  trace_context begun;
  span process = begin_consumer_span(by.subject, span_kind::consumer, taken.came, begun);
  taken.trace = trace_after(process, taken.came, begun);
  if (!process.is_recording()) return process;
  const meta about = taken.about();
  if (about.attempt == 1) trace_receipt(taken);
  describe(process, "process", about.subject);
  process.set("messaging.destination.template", by.subject);
  process.set("messaging.consumer.group.name", about.consumer);
  process.set("messaging.message.id", about.message_id);
  process.set("messaging.message.conversation_id", about.correlation_id);
  process.set("messaging.message.body.size", taken.message.payload().size());
  process.set("weir.stream", about.stream);
  process.set("weir.stream_sequence", about.stream_sequence);
  process.set("weir.attempt", about.attempt);
  return process;
}

void end_process(span& process, job& taken, const attempt_end& end) {
  span commit = std::move(taken.commit);
  if (end.why) {
    commit.fail(*end.why);
    process.fail(*end.why);
  }
  commit.end();
  process.set("weir.outcome", name_of(end.how));
  process.end();
}

span begin_process(const std::vector<std::unique_ptr<job>>& taken, const handler_entry& by,
                   trace_context& trace) {
  if (taken.size() == 1) {
    span alone = begin_process(*taken.front(), by);
    trace = taken.front()->trace;
    return alone;
  }
  if (!is_tracing()) return {};
  // Others are recorded nowhere.
  std::vector<trace_context> recorded;
  for (const auto& one : taken) {
    if (one->came.sampled) recorded.push_back(one->came);
  }
  trace = trace_context::begin();
  span process(by.subject, {.kind = span_kind::consumer, .begins = &trace, .links = recorded});
  if (!process.is_recording()) return process;
  trace = process.context();
  const auto& info = taken.front()->message.info();
  process.rename(named("process", by.subject));
  describe(process, "process", by.subject);
  process.set("messaging.consumer.group.name", info.consumer);
  process.set("messaging.batch.message_count", taken.size());
  process.set("weir.stream", info.stream);
  return process;
}

span begin_commit(const trace_context& handling) {
  if (!handling.sampled) return {};
  span commit("commit", {.kind = span_kind::client, .parent = &handling});
  commit.set("db.system", "postgresql");
  return commit;
}

span begin_send(const outbox_row& event) {
  if (!is_tracing()) return {};
  const trace_context published = trace_of(event.headers);
  if (!published.sampled) return {};
  span send(named("send", event.subject), {.kind = span_kind::producer, .parent = &published});
  describe(send, "send", event.subject);
  send.set("messaging.message.id", event.message_id);
  send.set("messaging.message.body.size", event.body.size());
  return send;
}

request_trace begin_answer(const nats::message& asked, std::string_view pattern) {
  const trace_context came = trace_of(asked);
  trace_context begun;
  request_trace made;
  made.process = begin_consumer_span(pattern, span_kind::server, came, begun);
  made.trace = trace_after(made.process, came, begun);
  describe(made.process, "process", asked.subject());
  made.process.set("messaging.message.body.size", asked.payload().size());
  return made;
}

task<std::string> run_traced(request_trace traced, std::string_view endpoint, std::string subject,
                             task<std::string> work) {
  auto* const made = new event_context;
  task_context_ptr inside(made);
  made->trace = traced.trace;
  made->handler = endpoint;
  made->subject = std::move(subject);
  try {
    co_return co_await with_context(std::move(inside), std::move(work));
  } catch (...) {
    traced.process.fail(to_error(std::current_exception()));
    throw;
  }
}

}  // namespace weir::detail
