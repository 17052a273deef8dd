// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/pool.hpp"

#include "libpq/connector.hpp"
#include "pool_core.hpp"
#include "session.hpp"
#include "weir/sleep.hpp"

namespace weir::postgres {
namespace {

/// The pause before a body runs again: grows with the attempts, and differs between tasks that
/// collided.
constexpr std::chrono::milliseconds repeat_pause{5};
constexpr unsigned repeat_doublings_max = 8;

duration pause_before_repeat(unsigned attempt) {
  const duration longest = repeat_pause * (1u << std::min(attempt, repeat_doublings_max));
  return duration(static_cast<duration::rep>(loop::current().random() %
                                             static_cast<std::uint64_t>(longest.count())));
}

bool is_worth_repeating(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const error& refused) {
    return refused.retry_transaction();
  } catch (...) {
    return false;
  }
}

}  // namespace

pool::pool(pool_options options)
    : core_(std::make_unique<detail::pool_core>(std::move(options), detail::libpq_connector)) {}
pool::~pool() = default;

task<postgres::transaction> pool::begin(transaction_options options) {
  return core_->begin(options, time_point::max());
}

task<postgres::transaction> pool::begin_within(transaction_options options,
                                               const weir::detail::stop_context* around) {
  return core_->begin(options, around == nullptr ? time_point::max() : around->deadline());
}

task<detail::result_set> pool::run(const detail::statement_shape& shape,
                                   detail::parameters encoded) {
  return core_->run(shape, std::move(encoded));
}

task<bool> pool::may_repeat(std::exception_ptr failure, unsigned attempt, unsigned attempts_max) {
  if (attempt >= attempts_max || !is_worth_repeating(failure)) co_return false;
  co_await sleep(pause_before_repeat(attempt));
  co_return true;
}

task<> pool::close() { return core_->close(); }

pool_stats pool::stats() const { return core_->stats(); }

}  // namespace weir::postgres
