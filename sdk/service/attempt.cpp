// SPDX-License-Identifier: Apache-2.0
// One try to handle one message, in whatever the handler asks for.
#include "consumer.hpp"
#include "event_headers.hpp"
#include "tracing.hpp"
#include "weir/loop.hpp"
#include "weir/postgres/error.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

/// How often a message is late without blame once the database has stood still.
constexpr std::uint64_t excuses_max = 3;
/// The same while it stands still; half an hour, by the default deadline. That it cannot be asked
/// may have another reason, such as that it takes no connection more.
constexpr std::uint64_t silences_max = 100;

}  // namespace

task<attempt_end> consumer::attempt(job& taken) {
  std::optional<gate::pass> pass = co_await gate_.enter();
  if (!pass) co_return {attempt_end::kind::not_begun};
  span process = begin_process(taken, entry());
  attempt_end end = co_await attempt_once(taken);
  end_process(process, taken, end);
  // Of a server of the service's own that is away the pass tells nothing: that is waited out.
  if (end.how == attempt_end::kind::done) pass->succeeded();
  if (end.how == attempt_end::kind::failed) pass->failed(*end.why);
  co_return end;
}

task<attempt_end> consumer::attempt_once(job& taken) {
  attempt_end end;
  const time_point begun = loop::current().now();
  note_start(taken);
  try {
    taken.in_handler = false;
    taken.is_outdated = false;
    taken.was_begun = false;
    if (inbox_ && taken.may_be_handled) {
      std::vector<std::string> ids;
      ids.push_back(taken.message_id);
      const auto handled = co_await inbox_->handled_of(std::move(ids));
      if (!handled.empty()) end.how = attempt_end::kind::duplicate;
    }
    if (handled_) end = co_await ask_memory(taken);
    if (end.how == attempt_end::kind::done) {
      co_await with_timeout(policy().deadline(), run_handler(taken, end.events));
    }
  } catch (const error& failure) {
    end = end_of(failure, taken.in_handler, &taken.may_be_handled);
  } catch (...) {
    end = end_of(to_error(std::current_exception()), taken.in_handler);
  }
  if (taken.is_outdated) end = {attempt_end::kind::outdated};
  const duration took = loop::current().now() - begun;
  co_await excuse_if_silenced(end, taken, begun);
  note_end(end.how, took);
  co_return end;
}

/// Whether a handler without a commit has handled the message already.
task<attempt_end> consumer::ask_memory(const job& taken) {
  const auto known = co_await handled_->contains(taken.message_id).as_result();
  if (known) co_return {*known ? attempt_end::kind::duplicate : attempt_end::kind::done};
  // The bucket is away, which no message is to blame for.
  if (known.error().disposition() != disposition::retry) throw known.error();
  co_return {attempt_end::kind::outage, known.error()};
}

/// A deadline may have passed because the database stood still, or while the handler waited for a
/// connection to it: that no message is to blame for.
task<> consumer::excuse_if_silenced(attempt_end& late, job& taken, time_point begun) {
  if (late.how != attempt_end::kind::failed || entry().kind == handler_kind::plain) co_return;
  if (!late.why->is(errc::deadline_exceeded)) co_return;
  const duration over = loop::current().now() - begun - policy().deadline();
  const bool is_silent = taken.was_begun && !co_await on_.probe->answers();
  // SQL that is cancelled has ended when the server says so.
  taken.was_silenced |= is_silent || over > database_probe::answer_limit;
  // Just after it has gone on again, too, what was under way is late.
  const std::uint64_t most = is_silent ? silences_max : excuses_max;
  const bool is_excused = !taken.was_begun || (taken.was_silenced && ++taken.excuses <= most);
  if (!is_excused) co_return;
  late.how = attempt_end::kind::outage;
  late.why = error(errc::unavailable, disposition::retry,
                   std::string(taken.was_begun ? "PostgreSQL does not answer"
                                               : "no connection to PostgreSQL is free") +
                       ", and the deadline of a message has passed");
}

/// `unknown` is set where the work may be committed all the same.
attempt_end consumer::end_of(const error& failure, bool in_handler, bool* unknown) const {
  using kind = attempt_end::kind;
  if (is_duplicate(failure)) return {kind::duplicate};
  if (is_outdated(failure)) return {kind::outdated};
  const auto* by_server = dynamic_cast<const postgres::error*>(&failure);
  if (by_server != nullptr && by_server->commit_unknown()) {
    // Asked again once the server answers: the inbox knows. Without one the handler is repeatable.
    if (unknown != nullptr) *unknown = true;
    return {kind::outage, failure};
  }
  // While the database cannot be reached, whatever fails for now fails for that.
  const bool for_now = failure.disposition() == disposition::retry;
  const bool is_away = is_outage(failure, in_handler) || (for_now && is_database_away());
  return {is_away ? kind::outage : kind::failed, failure};
}

bool consumer::is_database_away() const {
  return on_.database != nullptr && entry().kind != handler_kind::plain && is_away(*on_.database);
}

event_rows consumer::rows_of(publications& events, const job& from) const {
  if (events.entries().empty()) return {};
  return rows_of(events, event_origin{from.identity(), from.key, headers_after(from)});
}

event_rows consumer::rows_of(publications& events, event_origin from) const {
  event_rows rows = make_rows(events, std::move(from));
  if (inbox_) on_.outbox->number(rows.now);
  if (!rows.later.empty()) on_.outbox->number(rows.later);
  return rows;
}

/// Those that are sent now are stored where redelivery would not make them again.
template <class Work>
std::vector<outbox_row> consumer::store(Work& in, event_rows rows) const {
  if (inbox_) store_rows(in, rows.now);
  store_rows(in, rows.later);
  return std::move(rows.now);
}
template std::vector<outbox_row> consumer::store(postgres::tx&, event_rows) const;

task<> consumer::run_handler(job& taken, std::vector<outbox_row>& rows) {
  // Not coroutines themselves, so what they capture lives as long as this frame.
  const auto in_transaction = [&](postgres::tx& in) { return run_in_transaction(in, taken, rows); };
  const auto in_unit = [&](postgres::unit& in) { return run_in_unit(in, taken, rows); };
  switch (entry().kind) {
    case handler_kind::transaction:
      return on_.database->transaction(in_transaction);
    case handler_kind::unit:
      return group_->run(versions_ ? policy().version().key.of(taken.event.get()) : std::string(),
                         in_unit);
    default:
      return run_plain(taken, rows);
  }
}

task<> consumer::run_plain(job& taken, std::vector<outbox_row>& rows) {
  publications events(body_bytes_max(on_.over));
  const meta about = taken.about();
  taken.in_handler = true;
  taken.was_begun = true;
  const handler_resources given{.about = &about, .events = &events, .others = &others_};
  co_await with_context(context_of(&taken, taken.trace), entry().run(taken.event.get(), given));
  taken.in_handler = false;
  rows = rows_of(events, taken).now;
}

task<> consumer::run_in_transaction(postgres::tx& in, job& taken, std::vector<outbox_row>& rows) {
  // The pool repeats this after a serialization failure.
  taken.commit.end();
  publications events(body_bytes_max(on_.over));
  const meta about = taken.about();
  if (inbox_) inbox_->enter(in, taken.message_id);
  if (versions_) {
    const void* event = taken.event.get();
    versions_->enter(in, policy().version().key.of(event), policy().version().number(event));
  }
  tx handed(in, events);
  taken.in_handler = true;
  taken.was_begun = true;
  const handler_resources given{.about = &about, .transaction = &handed, .others = &others_};
  co_await with_context(context_of(&taken, taken.trace), entry().run(taken.event.get(), given));
  taken.in_handler = false;
  rows = store(in, rows_of(events, taken));
  taken.commit = begin_commit(taken.trace);
}

task<> consumer::enter_version(postgres::unit& in, job& taken) {
  const void* event = taken.event.get();
  const std::string key = policy().version().key.of(event);
  const std::int64_t version = policy().version().number(event);
  taken.is_outdated = co_await versions_->is_old(key, version);
  if (taken.is_outdated) throw error(errc::conflict, disposition::permanent, "an old version");
  versions_->enter(in, key, version);
}

task<> consumer::run_in_unit(postgres::unit& in, job& taken, std::vector<outbox_row>& rows) {
  publications events(body_bytes_max(on_.over));
  const meta about = taken.about();
  if (versions_) co_await enter_version(in, taken);
  if (inbox_) in.insert(inbox_table, inbox_->row_of(taken.message_id));
  unit handed(in, events);
  taken.in_handler = true;
  taken.was_begun = true;
  const handler_resources given{.about = &about, .unit = &handed, .others = &others_};
  co_await with_context(context_of(&taken, taken.trace), entry().run(taken.event.get(), given));
  taken.in_handler = false;
  rows = store(in, rows_of(events, taken));
  taken.commit = begin_commit(taken.trace);
}

}  // namespace weir::detail
