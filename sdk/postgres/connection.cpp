// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include "commit_outcome.hpp"
#include "control_statements.hpp"
#include "result_error.hpp"
#include "weir/blocking.hpp"
#include "weir/poll.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

namespace weir::postgres::detail {
namespace {

/// How long a rollback may take before what it waits for is cancelled.
constexpr std::chrono::seconds rollback_limit{5};

constexpr statement_shape no_statement{"", nullptr, 0, statement_kind::write};

}  // namespace

void connection::owe(owed one) {
  unsynced_ = one.kind != owed_kind::sync;
  if (on_statement_ != nullptr) one.since = std::chrono::steady_clock::now();
  owed_.push_back(std::move(one));
  ++sent_;
}

void connection::send(const statement_shape& shape, parameter_view encoded,
                      std::optional<std::size_t> index, std::shared_ptr<reply> to) {
  if (!lost_ && is_preparing_ && !prepare(shape, index, to.get())) {
    lose(engine_->last_error());
  }
  put(shape, encoded, index, std::move(to), is_preparing_);
}

void connection::send_unprepared(const statement_shape& shape, parameter_view encoded,
                                 std::optional<std::size_t> index, std::shared_ptr<reply> to) {
  put(shape, encoded, index, std::move(to), false);
}

void connection::send_description(const statement_shape& shape, std::shared_ptr<reply> to) {
  if (lost_) return;
  // Under no name: what is checked is not what will be used soon.
  static const std::string unnamed;
  if (!engine_->prepare(unnamed, shape) || !engine_->describe(unnamed)) {
    return lose(engine_->last_error());
  }
  owe({.kind = owed_kind::preparation, .shape = &shape});
  owe({.kind = owed_kind::upkeep, .to = std::move(to)});
}

void connection::put(const statement_shape& shape, parameter_view encoded,
                     std::optional<std::size_t> index, std::shared_ptr<reply> to,
                     bool is_prepared) {
  if (!lost_) {
    const prepared_cache::name* name = is_prepared ? prepared_.find(shape) : nullptr;
    const bool sent = name != nullptr ? engine_->execute(name->text, encoded)
                                      : engine_->execute_unprepared(shape, encoded);
    if (sent) {
      task_context_ptr asker = asker_of(index, to.get());
      return owe({.kind = owed_kind::execution,
                  .shape = &shape,
                  .index = index,
                  .to = std::move(to),
                  .prepared_as = name != nullptr ? name->number : 0,
                  .asker = std::move(asker)});
    }
    lose(engine_->last_error());
  }
  if (!to) return;
  to->what = reply::outcome::lost;
  to->failure = *lost_;
  to->done.set();
}

/// Of what is a transaction's own, which has a number, it is the task that runs.
task_context_ptr connection::asker_of(std::optional<std::size_t> index, const reply* to) const {
  if (on_statement_ == nullptr) return {};
  if (to != nullptr && to->asker) return to->asker;
  return index ? task_context_ptr(current_task_context()) : task_context_ptr();
}

bool connection::prepare(const statement_shape& shape, std::optional<std::size_t> index,
                         const reply* to) {
  if (prepared_.find(shape) != nullptr) return true;
  const prepared_cache::name& name = prepared_.add(shape);
  if (!engine_->prepare(name.text, shape)) return false;
  owe({.kind = owed_kind::preparation,
       .shape = &shape,
       .index = index,
       .prepared_as = name.number,
       .asker = asker_of(index, to)});
  return true;
}

void connection::trim() {
  bool is_trimmed = false;
  for (std::string name = prepared_.drop_surplus(); !name.empty() && !lost_;
       name = prepared_.drop_surplus()) {
    const std::string sql = "deallocate " + name;
    const statement_shape removal{sql.c_str(), nullptr, 0, statement_kind::write};
    if (!engine_->execute_unprepared(removal, {})) return lose(engine_->last_error());
    owe({.kind = owed_kind::upkeep});
    is_trimmed = true;
  }
  // Where the server has forgotten the statement and refuses, it skips nothing of what comes next.
  if (is_trimmed) send_sync();
}

void connection::ask_timeline() {
  if (lost_ || timeline_) return;
  timeline_ = std::make_shared<reply>();
  if (!engine_->execute_unprepared(timeline_question, {})) return lose(engine_->last_error());
  owe({.kind = owed_kind::upkeep, .to = timeline_});
  send_sync();
}

std::optional<std::string> connection::timeline() const {
  return timeline_ ? value_of(*timeline_) : std::nullopt;
}

void connection::request_answers() {
  if (!lost_ && !engine_->request_answers()) lose(engine_->last_error());
}

void connection::send_sync() {
  if (lost_) return;
  if (!engine_->sync()) return lose(engine_->last_error());
  owe({.kind = owed_kind::sync});
}

task<> connection::settle() {
  WEIR_ASSERT(!settling_);  // One task at a time waits for the answers of a connection.
  settling_ = true;
  struct at_end {
    bool& flag;
    ~at_end() { flag = false; }
  } reset{settling_};
  const std::uint64_t target = sent_;
  while (answered_ < target && !lost_) {
    take_answers();
    if (answered_ < target && !lost_) co_await wait_ready();
  }
}

task<> connection::wait_ready() {
  const progress flushed = engine_->flush();
  short events = POLLIN;
  if (flushed == progress::pending) events |= POLLOUT;
  // After a failed write there may still be the server's last words to read.
  if (flushed != progress::broken) co_await wait_for(events);
  const bool readable = engine_->consume();
  if (readable && flushed != progress::broken) co_return;
  const std::string why = engine_->last_error();
  take_answers();
  if (!lost_) lose(why);
}

bool connection::send_some() {
  // Where the connection is broken, the server's last words are for receive() to find.
  return lost_ || engine_->flush() != progress::pending;
}

task<> connection::wait_for(short events) {
  const int socket = engine_->descriptor();
  const bool has_input = (events & POLLIN) != 0 && engine_->has_unread();
  // A broken connection may have no socket any more, and there is nothing to wait for then.
  if (has_input || socket < 0) {
    co_await yield();
  } else {
    co_await poll(socket, events);
  }
}

task<> connection::send_rest() {
  while (!send_some()) co_await wait_for(POLLOUT);
}

task<> connection::receive() {
  // What could not be sent is never answered: then the server's last words are all that may come.
  const bool is_sending = engine_->flush() != progress::broken;
  if (is_sending) co_await wait_for(POLLIN);
  if (lost_) co_return;
  const bool readable = engine_->consume() && is_sending;
  const std::string why = readable ? std::string() : engine_->last_error();
  take_answers();
  if (!readable && !lost_) lose(why);
}

void connection::take_answers() {
  while (!lost_ && !owed_.empty()) {
    std::optional<answer> got = engine_->next();
    if (!got) return;
    owed& head = owed_.front();
    if (got->what != answer::kind::end) {
      take(head, std::move(*got));
    } else if (head.answered && head.kind == owed_kind::sync) {
      head.answered = false;  // That was an error; the sync's own answer follows.
    } else if (head.answered) {
      end_answer();
    } else if (engine_->state() == session_state::unknown) {
      lose(engine_->last_error());
    } else {
      lose("no answer came where one was due; is the memory exhausted?");
    }
  }
}

void connection::take(owed& head, answer got) {
  switch (got.what) {
    case answer::kind::synced:
      if (head.kind != owed_kind::sync) return lose("the answers of the server are out of step");
      return end_answer();
    case answer::kind::rows:
      head.answered = true;
      if (on_statement_ != nullptr) report(head, got.rows.affected(), {});
      if (!awaits(head)) return;
      head.to->rows = std::move(got.rows);
      head.to->what = reply::outcome::executed;
      return;
    case answer::kind::aborted:
      head.answered = true;
      if (head.kind == owed_kind::preparation) prepared_.forget(*head.shape, head.prepared_as);
      // Unless it is known already: its preparation was refused.
      if (awaits(head) && !head.to->failure) head.to->what = reply::outcome::not_executed;
      // Nobody may take it for executed, whatever it was that the server refused.
      if (!failure_ && head.kind == owed_kind::execution) {
        failure_ = not_executed("the server refused what stood in front of it");
      }
      return;
    case answer::kind::refused:
      return take_failure(head, std::move(*got.fields));
    case answer::kind::broken:
      return lose(std::move(got.fields->message));
    default:
      return lose("COPY cannot be a statement here: use copy_in() or copy_out()");
  }
}

void connection::take_failure(owed& head, error_fields fields) {
  const bool ends_session = fields.severity == "FATAL" || fields.severity == "PANIC";
  if (head.prepared_as > 0) forget_if_stale(head, fields);
  const statement_shape& asked = head.shape == nullptr ? no_statement : *head.shape;
  error refused(std::move(fields), asked.sql, asked.name, head.index);
  head.answered = true;
  if (on_statement_ != nullptr) report(head, 0, refused.sqlstate());
  // When the server ended the session with a COMMIT, nobody knows what became of that; when
  // it did with a numbered statement, the COMMIT behind that never ran.
  if (!ends_session || head.index) {
    // Behind a preparation comes what it was for.
    owed& meant = head.kind == owed_kind::preparation && owed_.size() > 1 ? owed_[1] : head;
    if (awaits(meant)) {
      meant.to->what = reply::outcome::refused;
      meant.to->failure = refused;
    }
    if (!failure_ && head.kind != owed_kind::upkeep) failure_ = refused;
  }
  if (ends_session) end(std::move(refused));
}

void connection::forget_if_stale(const owed& refused, const error_fields& fields) {
  constexpr std::string_view unknown_statement = "26000";
  if (refused.kind == owed_kind::preparation || fields.sqlstate == unknown_statement) {
    prepared_.forget(*refused.shape, refused.prepared_as);
  } else if (fields.routine == stale_plan_routine) {
    prepared_.give_up(*refused.shape, refused.prepared_as);
  }
}

void connection::end_answer() {
  // Taken out first: who is woken may send.
  const std::shared_ptr<reply> told = std::move(owed_.front().to);
  owed_.pop_front();
  ++answered_;
  if (told) told->done.set();
}

void connection::report(const owed& one, std::uint64_t rows, std::string_view sqlstate) const {
  if (one.shape == nullptr || (one.kind == owed_kind::preparation && sqlstate.empty())) return;
  (*on_statement_)({.name = one.shape->name,
                    .sql = one.shape->sql,
                    .took = std::chrono::steady_clock::now() - one.since,
                    .rows = rows,
                    .sqlstate = sqlstate,
                    .asker = one.asker.get()});
}

void connection::lose(std::string why) { end(connection_lost(why, effect::none)); }

void connection::end(error why) {
  if (lost_) return;
  lost_ = std::move(why);
  for (const owed& one : std::exchange(owed_, {})) {
    if (on_statement_ != nullptr && one.kind == owed_kind::execution && !one.answered) {
      report(one, 0, lost_->sqlstate());
    }
    if (!one.to) continue;
    if (one.to->what == reply::outcome::none) {
      one.to->what = reply::outcome::lost;
      one.to->failure = *lost_;
    }
    one.to->done.set();
  }
}

task<> connection::ask_to_give_up() {
  std::function<void()> ask = engine_->canceller();
  if (!ask) co_return;
  const auto asked = co_await with_timeout(interrupt_limit, blocking(std::move(ask))).as_result();
  // The request names the session, not the statement: one that comes late cancels whatever the
  // session executes then.
  if (!asked) cancel_on_its_way_ = true;
}

task<> connection::interrupt() {
  co_await ask_to_give_up();
  const auto settled = co_await with_timeout(interrupt_limit, settle()).as_result();
  if (!settled) lose("the server did not give up a cancelled statement in time");
}

task<> connection::roll_back() {
  if (is_copying()) co_await give_up_copy("its transaction is rolled back");
  forget_failure();
  // The first ends what a failed statement left behind it in the pipeline.
  send_sync();
  send(rollback_statement, {}, std::nullopt, nullptr);
  send_sync();
  const auto settled = co_await with_timeout(rollback_limit, settle()).as_result();
  if (!settled) co_await interrupt();
}

bool connection::is_in_transaction() const {
  const session_state state = engine_->state();
  return state == session_state::in_transaction || state == session_state::failed;
}

bool connection::is_clean() const {
  return !lost_ && owed_.empty() && !unsynced_ && engine_->state() == session_state::idle;
}

}  // namespace weir::postgres::detail
