// SPDX-License-Identifier: Apache-2.0
#include "pool_core.hpp"

#include <algorithm>

#include "result_error.hpp"
#include "session.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {

pool_core::pool_core(pool_options options, const connector_maker& make)
    : options_(std::move(options)), open_(make(options_)) {
  WEIR_ASSERT(options_.max_connections > 0);
  WEIR_ASSERT(options_.min_connections <= options_.max_connections);
}

task<lease> pool_core::acquire(lent_for whom) {
  const time_point began = loop::current().now();
  const time_point until = saturating_add(began, options_.acquire_timeout);
  if (!options_.hooks.on_acquire) co_return co_await acquire_within(until, whom);
  auto taken = co_await acquire_within(until, whom).as_result();
  options_.hooks.on_acquire(
      {.waited = loop::current().driver().now() - began, .is_acquired = taken.has_value()});
  co_return std::move(taken).value();
}

task<lease> pool_core::acquire_within(time_point until, lent_for whom) {
  for (;;) {
    require_open();
    std::unique_ptr<connection> taken = take_idle();
    if (!taken) {
      auto waited = co_await with_deadline(until, wait_for_connection(whom)).as_result();
      if (!waited && waited.error().is(errc::deadline_exceeded)) throw acquire_timed_out();
      taken = std::move(waited).value();
    }
    if (!taken) continue;
    lease lent(*this, std::move(taken));
    if (is_of_use(*lent)) co_return lent;
    lent->forget("the idle connection was closed by the server, or is of another role now");
  }
}

void pool_core::require_open() const {
  if (!closed_) return;
  throw weir::error(errc::closed, disposition::permanent, "the PostgreSQL pool was closed");
}

bool pool_core::is_wanted() const noexcept {
  // Reads wait for one at a time.
  const bool is_awaited =
      std::ranges::any_of(waiters_, [](const waiter* one) { return one->whom == lent_for::one; });
  return is_awaited && size_ == options_.max_connections;
}

std::unique_ptr<connection> pool_core::take_idle() {
  // Nobody overtakes those who wait.
  if (idle_.empty() || !waiters_.empty()) return nullptr;
  std::unique_ptr<connection> last = std::move(idle_.back());
  idle_.pop_back();
  ++leased_;
  return last;
}

bool pool_core::is_of_use(connection& idle) { return idle.is_alive() && !idle.has_changed_role(); }

task<std::unique_ptr<connection>> pool_core::wait_for_connection(lent_for whom) {
  waiter self{.whom = whom};
  const auto place = waiters_.insert(waiters_.end(), &self);
  if (upkeep_.size() == 0) upkeep_.spawn(keep_up());
  grow();
  const auto told = co_await self.told.wait().as_result();
  // It may have been given one in the moment in which it was cancelled, and takes it then.
  if (!told && !self.told.is_set()) {
    waiters_.erase(place);
    throw told.error();
  }
  co_return std::move(self.given);
}

bool pool_core::offer(std::unique_ptr<connection>& free) {
  if (closed_) return false;
  if (!waiters_.empty()) {
    waiter& first = *waiters_.front();
    waiters_.pop_front();
    first.given = std::move(free);
    ++leased_;
    first.told.set();
    return true;
  }
  free->age.idle_since = loop::current().now();
  idle_.push_back(std::move(free));
  return true;
}

void pool_core::take_back(std::unique_ptr<connection> returned) noexcept {
  returned->forget_failure();
  if (returned->is_reusable() || !returned->can_be_cleaned()) {
    return end_loan(std::move(returned));
  }
  cleaning_.spawn(clean(std::move(returned)));
}

/// Rolls back what was left open, or what a task that went away had sent.
task<> pool_core::clean(std::unique_ptr<connection> returned) {
  co_await returned->roll_back();
  returned->forget_failure();
  end_loan(std::move(returned));
}

void pool_core::end_loan(std::unique_ptr<connection> returned) {
  --leased_;
  const bool is_young = loop::current().now() < returned->age.expires;
  const bool is_kept = is_young && returned->is_reusable() && !returned->has_changed_role();
  if (!is_kept || !offer(returned)) discard(std::move(returned));
  if (leased_ == 0) all_back_.set();
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
              std::to_string(waiters_.size()) +
              " tasks wait; hold transactions for a shorter time, or raise max_connections"};
}

task<transaction> pool_core::begin(transaction_options options, time_point deadline) {
  lease lent = co_await acquire();
  co_return transaction(std::make_unique<session>(std::move(lent), options, deadline));
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
  answer->asker = task_context_ptr(current_task_context());
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

pool_stats pool_core::stats() const {
  return {.connections = size_,
          .idle = idle_.size() + reads_.idle_lines(),
          .waiting = waiters_.size(),
          .last_connect_error = last_connect_error_};
}

}  // namespace weir::postgres::detail
