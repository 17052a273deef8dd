// SPDX-License-Identifier: Apache-2.0
#include "weir/service/shared_rate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "handled_ids.hpp"
#include "weir/event/json.hpp"
#include "weir/loop.hpp"
#include "weir/mutex.hpp"
#include "weir/nats/key_value.hpp"
#include "weir/resilience/backoff.hpp"
#include "weir/sleep.hpp"

namespace weir {
namespace {

constexpr const char* rates_bucket = "weir_rates";
/// How much of the rate one program takes at once.
constexpr std::chrono::microseconds taken_at_once_max = std::chrono::milliseconds(100);
/// A permit that was not used in time is gone: it would make a burst.
constexpr std::chrono::microseconds unused_max = std::chrono::milliseconds(100);
/// A next permit that is further away than this, and as many permits more, was told by a clock that
/// is wrong.
constexpr std::chrono::microseconds ahead_max = std::chrono::minutes(2);
constexpr int permits_ahead_max = 64;
/// Between two looks at the clock, which may be set.
constexpr duration look_interval = std::chrono::seconds(10);
/// How often others may come first before it is an error.
constexpr std::uint64_t conflicts_max = 200;
constexpr backoff conflict_backoff =
    exponential(std::chrono::milliseconds(1), std::chrono::milliseconds(50)).full_jitter();

timestamp wall_clock() {
  const auto now = loop::current().driver().wall_clock();
  return std::chrono::floor<std::chrono::microseconds>(now);
}

/// What the bucket keeps.
struct rate_record {
  timestamp next;
};

}  // namespace

void detail::check(const shared_rate& rate) {
  if (!rate.name.empty() && rate.permits > 0 &&
      rate.per / rate.permits >= std::chrono::microseconds(1)) {
    return;
  }
  throw error(errc::invalid_argument, disposition::permanent,
              fmt::format("a shared rate '{}' of {} permits in {} us cannot be: it needs a name, a "
                          "permit or more, and a microsecond for each",
                          rate.name, rate.permits,
                          std::chrono::floor<std::chrono::microseconds>(rate.per).count()));
}

class shared_rate_limit::state {
 public:
  state(nats::jetstream over, const shared_rate& rate)
      : over_(std::move(over)),
        key_(detail::key_token(rate.name)),
        interval_(std::chrono::floor<std::chrono::microseconds>(rate.per / rate.permits)) {}

  /// The turn is held while its permit is waited for, so that a program is ahead of what it uses by
  /// one reservation at most, however many wait.
  task<> acquire() {
    ++waiting_;
    const auto held = co_await turn_.lock().as_result();
    --waiting_;
    if (!held) throw held.error();
    if (left_ == 0 || next_ + unused_max < wall_clock()) co_await reserve();
    for (;;) {
      const duration wait = next_ - wall_clock();
      if (wait <= duration::zero()) break;
      if (is_far_ahead(next_ - wall_clock())) {
        co_await reserve();
      } else {
        co_await sleep(std::min(wait, look_interval));
      }
    }
    --left_;
    next_ += interval_;
  }

 private:
  /// Nobody is so far ahead: a clock was, or has been set back.
  bool is_far_ahead(duration next) const {
    return next > ahead_max + permits_ahead_max * interval_;
  }

  task<> reserve() {
    if (!bucket_) co_await open();
    const auto most = std::max<std::int64_t>(taken_at_once_max / interval_, 1);
    const auto count = std::min<std::int64_t>(most, static_cast<std::int64_t>(waiting_) + 1);
    for (std::uint64_t conflicts = 0;;) {
      const auto found = co_await bucket_->get(key_);
      const timestamp now = wall_clock();
      timestamp start = now;
      if (found) {
        const timestamp known = json::decode<rate_record>(found->value).value().next;
        if (!is_far_ahead(known - now)) start = std::max(now, known);
      }
      const std::string text = json::encode(rate_record{start + count * interval_});
      const auto written = co_await write(text, found).as_result();
      if (written) {
        next_ = start;
        left_ = count;
        co_return;
      }
      if (!written.error().is(errc::conflict) || ++conflicts > conflicts_max) throw written.error();
      co_await sleep(conflict_backoff.delay(conflicts, loop::current().random()));
    }
  }

  /// Where nobody has come first.
  task<std::uint64_t> write(const std::string& text,
                            const std::optional<nats::key_value_entry>& over) {
    if (over) return bucket_->update(key_, text, over->revision);
    return bucket_->create(key_, text);
  }

  task<> open() {
    nats::key_value_config wanted;
    wanted.bucket = rates_bucket;
    bucket_.emplace(co_await nats::key_value::ensure(over_, std::move(wanted)));
  }

  nats::jetstream over_;
  std::string key_;
  std::chrono::microseconds interval_;
  std::optional<nats::key_value> bucket_;
  mutex turn_;
  std::size_t waiting_ = 0;
  std::int64_t left_ = 0;  ///< Permits that are taken from the bucket and not used.
  timestamp next_;         ///< When the first of them may be used.
};

shared_rate_limit::shared_rate_limit(nats::jetstream over, shared_rate rate) {
  detail::check(rate);
  state_ = std::make_unique<state>(std::move(over), rate);
}

shared_rate_limit::shared_rate_limit(shared_rate_limit&&) noexcept = default;
shared_rate_limit::~shared_rate_limit() = default;

task<> shared_rate_limit::acquire() { return state_->acquire(); }

}  // namespace weir
