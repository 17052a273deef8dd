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

task<result_set> shared_reads::run(const statement_shape& shape, parameters encoded) {
  encoded.throw_if_refused();
  bool is_alone = false;
  for (unsigned sent = 1;; ++sent) {
    const auto one = std::make_shared<read>(shape, encoded, is_alone);
    enqueue(one, is_alone);
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
    // Where a neighbour was to blame, there is none the next time.
    const bool was_skipped = one->what == reply::outcome::not_executed;
    is_alone = is_alone || was_skipped;
    const bool may_repeat =
        was_skipped || one->what == reply::outcome::lost || one->failure->retry_statement();
    if (may_repeat && sent < read_attempts_max) continue;
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

void shared_reads::find_line() {
  bool is_served = false;
  for (line& on : lines_) {
    if (!is_open(on) || is_slow(on)) continue;
    is_served = true;
    if (!has_room(on)) continue;
    // One that does not receive now will look by itself.
    if (on.is_receiving && !on.is_fed) {
      on.is_fed = true;
      on.feeders.spawn(feed(on));
    }
    return;
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
  const bool is_lent_on = !on.is_new && owner_.is_wanted();
  return !on.lent->lost() && !on.is_given_up && !is_lent_on;
}

void shared_reads::slow_watch::start() {
  if (!is_armed()) loop::current().timers().arm(*this, of_.last_answer + slow_answer);
}

void shared_reads::slow_watch::on_timer() noexcept {
  if (of_.sent.empty()) return;
  // Answers came since it was armed, most often.
  if (!is_slow(of_)) return start();
  if (of_.waits) of_.waits->request_stop();
}

bool shared_reads::is_slow(const line& on) {
  return !on.sent.empty() && loop::current().now() - on.last_answer >= slow_answer;
}

bool shared_reads::has_room(const line& on) const {
  return is_open(on) && on.sent.size() < line_reads_max && on.sent_bytes < line_bytes_max;
}

task<> shared_reads::serve() {
  const std::uint64_t next = reads_ + 1;
  auto lent = co_await owner_.acquire().as_result();
  is_opening_ = false;
  if (!lent) {
    give_up(lent.error(), next);
    // Those who came later may have more luck.
    if (!waiting_.empty() && lines_.empty()) open_line();
    co_return;
  }
  const auto here = lines_.emplace(lines_.end(), std::move(*lent), loop::current().now());
  co_await serve(*here);
  co_await here->feeders.close();
  lines_.erase(here);
  // It was lost, or lent on to one who wants it alone.
  if (!waiting_.empty() && lines_.empty()) open_line();
}

task<> shared_reads::serve(line& on) {
  connection& over = *on.lent;
  for (;;) {
    fill(on);
    if (on.sent.empty() || over.lost()) co_return;
    on.is_receiving = true;
    on.waits.emplace();
    auto receiving = over.receive();
    receiving.handle().promise().set_stop(&*on.waits);
    const auto received = co_await std::move(receiving).as_result();
    on.waits.reset();
    on.is_receiving = false;
    if (!received && !on.is_given_up && is_slow(on)) {
      move_from_behind_slow(on);
      continue;
    }
    if (!received) co_return co_await shield(over.interrupt());
    take_off_answered(on);
    // Those who have their answers may ask again: all of that goes out together.
    if (on.sent.empty()) co_await yield();
  }
}

void shared_reads::fill(line& on) {
  connection& over = *on.lent;
  bool is_synced = true;
  bool is_first = true;
  if (waiting_.empty() || is_slow(on)) return;
  while (!waiting_.empty() && has_room(on)) {
    const std::shared_ptr<read> one = std::move(waiting_.front());
    waiting_.pop_front();
    if (one->is_abandoned || one->done.is_set()) continue;
    if (is_first) over.trim();
    if (on.sent.empty()) {
      on.last_answer = loop::current().now();
      on.watch.start();
    }
    if (one->is_alone && !is_synced) over.send_sync();
    over.send(one->shape, one->encoded, std::nullopt, one);
    if (one->is_alone) over.send_sync();
    is_synced = one->is_alone;
    is_first = false;
    on.sent_bytes += one->size;
    on.sent.push_back(one);
  }
  on.is_new = false;
  if (!is_synced) over.send_sync();
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
    if (!sent || waiting_.empty() || !has_room(on) || is_slow(on)) break;
  }
  on.is_fed = false;
}

void shared_reads::take_off_answered(line& on) {
  if (on.sent.empty() || !on.sent.front()->done.is_set()) return;
  while (!on.sent.empty() && on.sent.front()->done.is_set()) {
    on.sent_bytes -= on.sent.front()->size;
    on.sent.pop_front();
  }
  if (on.sent.empty()) return;
  on.last_answer = loop::current().now();
  on.watch.start();
}

void shared_reads::move_from_behind_slow(line& on) {
  // The first one is what the server executes. The answers of the others that come here as well,
  // later, count no more.
  for (std::size_t at = on.sent.size(); at > 1; --at) {
    const std::shared_ptr<read>& one = on.sent[at - 1];
    if (!one->done.is_set() && !one->is_abandoned) waiting_.push_front(one);
  }
  if (!waiting_.empty()) find_line();
}

void shared_reads::abandon(read& one) {
  one.is_abandoned = true;
  for (line& on : lines_) {
    const auto is_mine = [&](const auto& sent) { return sent.get() == &one; };
    if (std::ranges::none_of(on.sent, is_mine)) continue;
    const auto is_wanted = [](const auto& sent) {
      return !sent->is_abandoned && !sent->done.is_set();
    };
    if (std::ranges::any_of(on.sent, is_wanted)) continue;
    on.is_given_up = true;
    if (on.waits) on.waits->request_stop();
  }
}

std::size_t shared_reads::idle_lines() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(lines_, [](const line& on) { return on.sent.empty(); }));
}

void shared_reads::give_up(const weir::error& why, std::uint64_t number) {
  while (!waiting_.empty() && waiting_.front()->number < number) {
    waiting_.front()->obstacle = why;
    waiting_.front()->done.set();
    waiting_.pop_front();
  }
}

}  // namespace weir::postgres::detail
