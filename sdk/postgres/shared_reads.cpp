// SPDX-License-Identifier: Apache-2.0
#include "shared_reads.hpp"

#include <algorithm>

#include "pool_core.hpp"
#include "result_error.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

namespace weir::postgres::detail {
namespace {

/// How many reads, and how many bytes of their arguments, one line has on the wire.
constexpr std::size_t line_reads_max = 256;
constexpr std::size_t line_bytes_max = std::size_t{1} << 20;
/// The same for those that were behind a slow read; who was twice has a line for itself.
constexpr std::size_t moved_reads_max = 16;
/// How many reads may wait for a place on a line.
constexpr std::size_t waiting_reads_max = 65'536;
/// A line that has owed an answer for so long runs something slow: the others take another line.
constexpr std::chrono::milliseconds slow_answer{20};
/// How often one read is sent, where connections break under it and plans become invalid.
constexpr unsigned read_attempts_max = 5;

/// What the commands of statements that change nothing are called.
constexpr std::string_view reading_commands[] = {"SELECT", "SHOW", "EXPLAIN", "FETCH"};

/// Throws for a statement that was declared as a read, and is none.
void check_command(const statement_shape& shape, const result_set& rows) {
  const std::string_view command = rows.command();
  if (command.empty()) return;  // A statement without words.
  if (std::ranges::any_of(reading_commands,
                          [&](std::string_view one) { return command.starts_with(one); })) {
    return;
  }
  throw weir::error(errc::invalid_argument, disposition::permanent,
                    "a statement declared as statement_kind::read did \"" + std::string(command) +
                        "\": reads share connections and are repeated, so declare it as "
                        "statement_kind::write: " +
                        shape.sql);
}

}  // namespace

shared_reads::line::line(lease taken, time_point now)
    : lent(std::move(taken)), company(line_reads_max), last_answer(now) {}

bool shared_reads::line::is_awaited() const {
  return std::ranges::any_of(sent, [](const sent_read& one) { return one.what->is_awaited(); });
}

task<result_set> shared_reads::run(const statement_shape& shape, parameters encoded) {
  encoded.throw_if_refused();
  owner_.require_open();
  bool is_alone = false;
  std::size_t company = line_reads_max;
  bool is_first = true;
  for (unsigned sent = 1;; is_first = false) {
    const auto one = std::make_shared<read>(shape, encoded, company, is_alone);
    one->asker = task_context_ptr(current_task_context());
    enqueue(one, !is_first);
    const auto answered = co_await one->done.wait().as_result();
    if (!answered) {
      abandon(*one);
      throw answered.error();
    }
    if (one->obstacle) throw weir::error(*one->obstacle);
    if (one->what == reply::outcome::executed) {
      check_command(shape, one->rows);
      co_return std::move(one->rows);
    }
    if (one->is_moved) {
      // With no company, nothing can be in front of it.
      company = company > moved_reads_max ? moved_reads_max : 1;
      continue;
    }
    // Where a neighbour was to blame, there is none the next time.
    const bool was_skipped = one->what == reply::outcome::not_executed;
    const bool was_lost = one->what == reply::outcome::lost;
    is_alone = is_alone || was_skipped;
    if (was_lost) company = 1;
    const bool may_repeat = was_skipped || was_lost || one->failure->retry_statement();
    if (may_repeat && sent++ < read_attempts_max) continue;
    if (one->failure) throw error(*one->failure);
    throw weir::error(
        errc::unavailable, disposition::retry,
        "the PostgreSQL server did not execute a read, sent " + std::to_string(sent) + " times");
  }
}

void shared_reads::enqueue(std::shared_ptr<read> one, bool in_front) {
  if (waiting_.size() >= waiting_reads_max) {
    throw weir::error(errc::limit_exceeded, disposition::retry,
                      std::to_string(waiting_.size()) +
                          " reads wait for the PostgreSQL server: take in less at a time");
  }
  one->number = ++reads_;
  waiting_.insert(in_front ? waiting_.begin() : waiting_.end(), std::move(one));
  find_line();
}

bool shared_reads::has_waiting() {
  while (!waiting_.empty() && !waiting_.front()->is_awaited()) waiting_.pop_front();
  return !waiting_.empty();
}

void shared_reads::find_line() {
  if (!has_waiting()) return;
  const read& next = *waiting_.front();
  bool is_served = false;
  for (line& on : lines_) {
    if (!is_serving(on)) continue;
    if (has_room(on, next)) {
      // One that does not receive now will look by itself.
      if (on.is_receiving && !on.is_fed) {
        on.is_fed = true;
        on.feeders.spawn(feed(on));
      }
      return;
    }
    // Those that have a line for themselves need as many as there are.
    is_served = is_served || next.company > 1;
  }
  if (!is_served) open_line();
}

void shared_reads::open_line() {
  // One at a time: with its connection come the answers that tell whether another is needed.
  if (is_opening_) return;
  is_opening_ = true;
  lines_scope_.spawn(serve());
}

bool shared_reads::is_open(const line& on) const {
  // Who wants the connection alone gets it, after what is on the line; reads queue up behind.
  const bool is_over = !on.is_new && (on.is_outdated || owner_.is_wanted());
  return !on.lent->lost() && !on.is_given_up && !is_over;
}

void shared_reads::slow_watch::start() {
  if (!is_armed()) loop::current().timers().arm(*this, of_.last_answer + slow_answer);
}

void shared_reads::slow_watch::on_timer() noexcept {
  if (of_.sent.empty()) return;
  // Answers came since it was armed, most often.
  if (!is_slow(of_)) return start();
  // One that does not receive now will look by itself.
  if (of_.waits) of_.waits->request_stop();
}

bool shared_reads::is_slow(const line& on) {
  return !on.sent.empty() && loop::current().now() - on.last_answer >= slow_answer;
}

bool shared_reads::is_serving(const line& on) const {
  return is_open(on) && on.company > 0 && !is_slow(on);
}

bool shared_reads::has_room(const line& on, const read& next) {
  return !on.lent->lost() && on.sent.size() < std::min(on.company, next.company) &&
         on.sent_bytes < line_bytes_max;
}

task<> shared_reads::serve() {
  const std::uint64_t next = reads_ + 1;
  auto lent = co_await owner_.acquire(lent_for::reads).as_result();
  is_opening_ = false;
  if (lent) {
    const auto here = lines_.emplace(lines_.end(), std::move(*lent), loop::current().now());
    co_await serve(*here);
    here->is_given_up = true;
    co_await here->feeders.close();
    lines_.erase(here);
  } else if (std::ranges::none_of(lines_, [this](const line& on) { return is_serving(on); })) {
    give_up(lent.error(), next);
  }
  // Those who came later may have more luck; or the line was lost, or lent on to one who wants it
  // alone. Each of them is given up by the next at the latest.
  find_line();
}

task<> shared_reads::serve(line& on) {
  connection& over = *on.lent;
  for (;;) {
    fill(on);
    if (on.sent.empty() || over.lost()) co_return;
    // Asked here, and not only where the wait was ended for it: an answer may have ended it first.
    if (is_slow(on)) move_from_behind_slow(on);
    if (on.is_given_up) co_return co_await shield(over.interrupt());
    on.is_receiving = true;
    on.waits.emplace();
    auto receiving = over.receive();
    receiving.handle().promise().set_stop(&*on.waits);
    const auto received = co_await std::move(receiving).as_result();
    on.waits.reset();
    on.is_receiving = false;
    if (!received && !received.error().is_cancelled()) over.forget(received.error().message());
    take_off_answered(on);
    // Those who have their answers may ask again: all of that goes out together.
    if (on.sent.empty()) co_await yield();
  }
}

void shared_reads::fill(line& on) {
  connection& over = *on.lent;
  const time_point now = loop::current().now();
  on.is_outdated = now >= over.age.expires || over.has_changed_role();
  if (waiting_.empty() || !is_serving(on)) return;
  bool is_synced = true;
  bool is_first = true;
  while (has_waiting() && has_room(on, *waiting_.front())) {
    const std::shared_ptr<read> one = std::move(waiting_.front());
    waiting_.pop_front();
    if (is_first) over.trim();
    if (on.sent.empty()) {
      on.last_answer = now;
      on.watch.start();
    }
    if (one->is_alone && !is_synced) over.send_sync();
    over.send(one->shape, one->encoded, std::nullopt, one);
    if (one->is_alone) over.send_sync();
    is_synced = one->is_alone;
    is_first = false;
    on.company = std::min(on.company, one->company);
    on.sent_bytes += one->size;
    on.sent.push_back({one, over.sent()});
  }
  on.is_new = false;
  if (!is_synced) over.send_sync();
  // Those that have a line for themselves need more of them.
  find_line();
  if (is_first) return;
  if (!over.send_some() && !on.is_fed) {
    on.is_fed = true;
    on.feeders.spawn(feed(on));
  }
}

task<> shared_reads::feed(line& on) {
  for (;;) {
    fill(on);
    const auto sent = co_await on.lent->send_rest().as_result();
    if (!sent || !has_waiting() || !is_serving(on) || !has_room(on, *waiting_.front())) break;
  }
  on.is_fed = false;
}

void shared_reads::take_off_answered(line& on) {
  const std::uint64_t answered = on.lent->answered();
  if (on.sent.empty() || on.sent.front().end > answered) return;
  while (!on.sent.empty() && on.sent.front().end <= answered) {
    on.sent_bytes -= on.sent.front().what->size;
    on.sent.pop_front();
  }
  if (on.sent.empty()) {
    on.company = line_reads_max;
    return;
  }
  on.last_answer = loop::current().now();
  on.watch.start();
}

void shared_reads::move_from_behind_slow(line& on) {
  // The first one is what the server executes. It executes the others as well, later, unless the
  // line is given up before; those answers count no more.
  std::size_t room = waiting_reads_max - std::min(waiting_.size(), waiting_reads_max);
  for (std::size_t at = 1; at < on.sent.size() && room > 0; ++at) {
    read& one = *on.sent[at].what;
    if (!one.is_awaited()) continue;
    one.is_moved = true;
    one.done.set();
    --room;
  }
  on.company = 0;
  on.is_given_up = on.is_given_up || !on.is_awaited();
  find_line();
}

void shared_reads::abandon(read& one) {
  one.is_abandoned = true;
  for (line& on : lines_) {
    const auto is_it = [&](const sent_read& sent) { return sent.what.get() == &one; };
    if (std::ranges::none_of(on.sent, is_it) || on.is_awaited()) continue;
    on.is_given_up = true;
    if (on.waits) on.waits->request_stop();
  }
}

std::size_t shared_reads::idle_lines() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(lines_, [](const line& on) { return on.sent.empty(); }));
}

void shared_reads::give_up(const weir::error& why, std::uint64_t number) {
  const auto is_told = [&](const std::shared_ptr<read>& one) {
    if (one->number >= number) return false;
    one->obstacle = why;
    one->done.set();
    return true;
  };
  std::erase_if(waiting_, is_told);
}

}  // namespace weir::postgres::detail
