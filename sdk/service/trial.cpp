// SPDX-License-Identifier: Apache-2.0
#include "trial.hpp"

#include <limits>

#include "consumer.hpp"
#include "outbox_rows.hpp"
#include "version_guard.hpp"
#include "weir/postgres/detail/execute_unit.hpp"
#include "weir/postgres/error.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

/// What is checked with a commit is checked now, since there is none.
constexpr auto check_all = stmt<"set constraints all immediate", postgres::statement_kind::write,
                                "weir_trial_constraints">;

/// What a trial has locked is free again, although its program stands still: so long after the
/// handler's deadline, in the time for which the changes are looked at.
constexpr duration idle_grace = std::chrono::seconds(30);
/// The server counts in an int of milliseconds.
constexpr std::chrono::milliseconds idle_max{std::numeric_limits<std::int32_t>::max()};
constexpr auto bound_idleness =
    stmt<"select set_config('idle_in_transaction_session_timeout', $1, true)",
         postgres::statement_kind::write, "weir_trial_idle_limit">;

std::string idle_limit(duration deadline) {
  const duration limit = deadline < idle_max - idle_grace ? deadline + idle_grace : idle_max;
  return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(limit).count()) + "ms";
}

/// One handler, one message.
class one_trial {
 public:
  one_trial(const service::registration& with, const tried_message& what, publications& events,
            nats::connection& over)
      : entry_(with.entry),
        policy_(with.policy),
        message_(what.as_message()),
        message_id_(what.message_id),
        events_(events),
        others_(over),
        about_(of_first_delivery(what)) {}

  /// Throws poison for a body that is no such event, or whose id is none.
  void decode() {
    event_ = entry_.decode(message_.payload());
    if (policy_.id().of != nullptr) message_id_ = event_id(policy_.id().of(event_.get()));
    about_.message_id = message_id_;
    about_.correlation_id = correlation_id_of(message_.header(correlation_header), message_id_);
  }

  task<bool> is_outdated(postgres::pool& database) const {
    const event_version& version = policy_.version();
    if (version.number == nullptr) co_return false;
    const version_guard guard(database, std::string(entry_.stream) + '/' + policy_.name());
    const std::string key = version.key.of(event_.get());
    const auto known = co_await guard.is_old(key, version.number(event_.get())).as_result();
    if (known) co_return *known;
    // Not made before a service with such a handler starts: then nothing was handled, either.
    if (known.error().code() == postgres::sqlstate_code("42P01")) co_return false;
    throw known.error();
  }

  task<> run_plain() {
    co_await entry_.run(event_.get(), {.about = &about_, .events = &events_, .others = &others_});
  }

  task<> run_in(postgres::tx& in, postgres::pool& reads) {
    switch (entry_.kind) {
      case handler_kind::unit:
        co_await run_unit(in, reads);
        break;
      case handler_kind::batch:
        co_await run_batch(in);
        break;
      default:
        co_await run_transaction(in);
    }
    co_await in.exec(check_all);
  }

 private:
  meta of_first_delivery(const tried_message& what) const noexcept {
    return {.subject = what.subject,
            .stream = what.stream,
            .consumer = policy_.name(),
            .message_id = message_id_,
            .stream_sequence = what.at.sequence,
            .attempt = 1,
            .published_at = what.at.stored_at,
            .correlation_id = message_id_,
            .message = &message_};
  }

  task<> run_transaction(postgres::tx& in) {
    tx handed(in, events_);
    co_await entry_.run(event_.get(),
                        {.about = &about_, .transaction = &handed, .others = &others_});
  }

  task<> run_unit(postgres::tx& in, postgres::pool& reads) {
    postgres::unit kept(reads);
    unit handed(kept, events_);
    co_await entry_.run(event_.get(), {.about = &about_, .unit = &handed, .others = &others_});
    co_await postgres::detail::execute_unit(in, kept);
  }

  task<> run_batch(postgres::tx& in) {
    weir::batch outcomes(1);
    tx handed(in, events_);
    const void* const only = event_.get();
    const std::span<const void* const> events(&only, 1);
    co_await entry_.run_many(events,
                             {.transaction = &handed, .batch = &outcomes, .others = &others_});
    if (!outcomes.failures().empty()) throw outcomes.failures().begin()->second;
  }

  const handler_entry& entry_;
  const durable& policy_;
  const nats::message message_;
  std::string message_id_;
  publications& events_;
  caller others_;
  meta about_;
  event_holder event_{nullptr, nullptr};
};

/// Rolled back in any case.
task<> try_in_database(one_trial& one, duration deadline, const trial_pools& database, trial& to) {
  postgres::transaction work = co_await database.work.begin();
  std::exception_ptr failure;
  try {
    work.enqueue(bound_idleness, idle_limit(deadline));
    const auto ran = co_await with_timeout(deadline, one.run_in(work, database.reads)).as_result();
    if (ran) {
      to.tables = co_await postgres::detail::changed_rows(work, database.work);
    } else {
      to.failure = ran.error();
    }
  } catch (...) {
    failure = std::current_exception();
  }
  co_await work.rollback();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

task<trial> try_handler(const service::registration& with, const tried_message& what,
                        const trial_pools* database, nats::connection& over) {
  trial made;
  made.consumer = with.policy.name();
  publications events(body_bytes_max(over));
  one_trial one(with, what, events, over);
  try {
    one.decode();
  } catch (const error& unreadable) {
    made.failure = unreadable;
    co_return made;
  }
  if (database != nullptr) made.is_outdated = co_await one.is_outdated(database->reads);
  if (made.is_outdated) co_return made;
  const duration deadline = with.policy.deadline();
  if (with.entry.kind == handler_kind::plain) {
    const auto ran = co_await with_timeout(deadline, one.run_plain()).as_result();
    if (!ran) made.failure = ran.error();
  } else {
    co_await try_in_database(one, deadline, *database, made);
  }
  // That the database went away tells nothing of the handler.
  if (made.failure && is_outage(*made.failure, true)) throw *made.failure;
  if (!made.failure) made.events = events.entries();
  co_return made;
}

}  // namespace weir::detail
