// SPDX-License-Identifier: Apache-2.0
#include "pool_core.hpp"

#include "result_error.hpp"
#include "session.hpp"
#include "weir/blocking.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {
namespace {

/// Between half of it and all of it, so that many who failed together do not try together.
duration jittered(duration pause) {
  const auto half = pause.count() / 2;
  return duration(half + static_cast<duration::rep>(loop::current().random() %
                                                    static_cast<std::uint64_t>(half + 1)));
}

task<> close_connection(std::unique_ptr<engine> useless) {
  // It says good-bye to the server, and with TLS waits. A stop closes right here: no connection is
  // left open.
  (void)co_await blocking([closing = std::move(useless)]() mutable {
    closing.reset();
  }).as_result();
}

}  // namespace

pool_core::pool_core(pool_options options, const connector_maker& make)
    : options_(std::move(options)), open_(make(options_)), idle_(options_.max_connections) {
  WEIR_ASSERT(options_.max_connections > 0);
}

task<lease> pool_core::acquire() {
  const time_point until = saturating_add(loop::current().now(), options_.acquire_timeout);
  for (;;) {
    if (closed_) {
      throw weir::error(errc::closed, disposition::permanent, "the PostgreSQL pool was closed");
    }
    auto taken = idle_.try_receive();
    if (!taken) {
      auto waited = co_await with_deadline(until, wait_for_connection()).as_result();
      if (!waited && waited.error().is(errc::deadline_exceeded)) throw acquire_timed_out();
      taken.emplace(std::move(waited).value());
    }
    if (!*taken) continue;
    ++leased_;
    lease lent(*this, std::move(*taken));
    if (lent->is_alive()) co_return lent;
    lent->forget("the server closed the idle connection");
  }
}

task<std::unique_ptr<connection>> pool_core::wait_for_connection() {
  ++waiting_;
  grow();
  auto received = co_await idle_.receive().as_result();
  const bool was_served = received && received->has_value();
  if (!was_served) --waiting_;
  auto taken = std::move(received).value();
  if (!taken) co_return nullptr;
  co_return std::move(*taken);
}

bool pool_core::offer(std::unique_ptr<connection>& free) {
  const std::size_t idle_before = idle_.size();
  if (!idle_.try_send(free)) return false;
  // Handed over to one who waits, who may run only later.
  if (idle_.size() == idle_before) --waiting_;
  return true;
}

void pool_core::take_back(std::unique_ptr<connection> returned) noexcept {
  --leased_;
  returned->forget_failure();
  if (closed_ || !returned->is_reusable() || !offer(returned)) {
    discard(std::move(returned));
  }
  if (leased_ == 0) all_back_.set();
}

void pool_core::discard(std::unique_ptr<connection> useless) {
  closing_.spawn(close_connection(useless->release()));
  --size_;
  grow();
}

void pool_core::grow() {
  // While the server cannot be reached one attempt at a time is enough.
  const std::size_t attempts_max = last_connect_error_.empty() ? options_.max_connections : 1;
  while (!closed_ && opening_count_ < waiting_ && opening_count_ < attempts_max &&
         size_ < options_.max_connections) {
    ++size_;
    ++opening_count_;
    opening_.spawn(open_one());
  }
}

task<> pool_core::open_one() {
  duration pause = options_.connect_backoff_min;
  bool opened = false;
  while (!opened && waiting_ > 0 && !closed_) {
    opened = co_await open_once();
    if (opened) break;
    // Others that failed at the same time end here; one goes on trying.
    if (opening_count_ > 1) break;
    const auto paused = co_await sleep(jittered(pause)).as_result();
    if (!paused) break;
    pause = std::min(pause * 2, options_.connect_backoff_max);
  }
  --opening_count_;
  if (!opened) --size_;
  grow();
}

task<bool> pool_core::open_once() {
  auto opened = co_await blocking(open_).as_result();
  if (!opened) {
    if (!opened.error().is_cancelled()) last_connect_error_ = opened.error().message();
    co_return false;
  }
  last_connect_error_.clear();
  auto made = std::make_unique<connection>(std::move(*opened),
                                           connection::settings{options_.prepared_statements_max});
  // The queue has room for every connection that can exist; it refuses when the pool was closed.
  if (!offer(made)) {
    closing_.spawn(close_connection(made->release()));
    co_return false;
  }
  co_return true;
}

weir::error pool_core::acquire_timed_out() const {
  const std::string limit =
      std::to_string(
          std::chrono::duration_cast<std::chrono::milliseconds>(options_.acquire_timeout).count()) +
      " ms";
  if (!last_connect_error_.empty()) {
    return {errc::unavailable, disposition::retry,
            "no PostgreSQL connection within " + limit + "; " + last_connect_error_};
  }
  return {errc::unavailable, disposition::retry,
          "no PostgreSQL connection was free within " + limit + ": " + std::to_string(leased_) +
              " of " + std::to_string(options_.max_connections) + " are in use and " +
              std::to_string(waiting_) +
              " tasks wait; hold transactions for a shorter time, or raise max_connections"};
}

task<transaction> pool_core::begin(transaction_options options) {
  lease lent = co_await acquire();
  co_return transaction(std::make_unique<session>(std::move(lent), options));
}

task<result_set> pool_core::run(const statement_shape& shape, parameters encoded) {
  if (shape.kind == statement_kind::read) return reads_.run(shape, std::move(encoded));
  return run_write(shape, std::move(encoded));
}

task<result_set> pool_core::run_write(const statement_shape& shape, parameters encoded) {
  encoded.throw_if_refused();
  try {
    co_return co_await run_alone(shape, encoded);
  } catch (const error& refused) {
    // Not executed: the plan had become invalid, or the server had forgotten the statement.
    if (!refused.retry_statement()) throw;
  }
  co_return co_await run_alone(shape, encoded);
}

task<result_set> pool_core::run_alone(const statement_shape& shape, const parameters& encoded) {
  const lease lent = co_await acquire();
  const auto answer = std::make_shared<reply>();
  lent->trim();
  lent->send(shape, encoded, std::nullopt, answer);
  lent->send_sync();
  const auto settled = co_await lent->settle().as_result();
  if (!settled) {
    co_await shield(lent->interrupt());
    if (!lent->failure() && !lent->lost()) co_return std::move(answer->rows);
    throw settled.error();
  }
  if (lent->failure()) throw error(*lent->failure());
  if (lent->lost()) throw connection_lost(lent->lost()->message(), effect::unknown);
  co_return std::move(answer->rows);
}

void lease::give_back() noexcept {
  if (lent_) owner_->take_back(std::move(lent_));
}

task<> pool_core::close() { co_await shield(close_all()); }

task<> pool_core::close_all() {
  closed_ = true;
  opening_.request_stop();
  while (auto one = idle_.try_receive()) discard(std::move(*one));
  idle_.close();
  co_await reads_.finish();
  while (leased_ > 0) {
    all_back_.reset();
    co_await all_back_.wait();
  }
  co_await opening_.close();
  co_await closing_.join();
}

pool_stats pool_core::stats() const {
  return {.connections = size_,
          .idle = idle_.size() + reads_.idle_lines(),
          .waiting = waiting_,
          .last_connect_error = last_connect_error_};
}

}  // namespace weir::postgres::detail
