// SPDX-License-Identifier: Apache-2.0
#include "leadership.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "handled_ids.hpp"
#include "weir/loop.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/uuid.hpp"

namespace weir::detail {
namespace {

constexpr const char* leaders_bucket = "weir_leaders";
constexpr duration renewal_interval = leadership::lease / 3;
/// Between two looks at whether the leader is still there.
constexpr duration look_interval = std::chrono::seconds(1);
/// What a leader leaves of its lease, for what it has in hand and for the server's clock.
constexpr duration margin = std::chrono::seconds(3);
constexpr duration resignation_limit = std::chrono::seconds(2);

std::string name_of_this_program() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return std::string(host.data()) + ':' + std::to_string(getpid()) + ':' +
         uuid::random().to_string();
}

}  // namespace

leadership::leadership(nats::jetstream over, std::string_view name)
    : over_(std::move(over)), key_(key_token(name)), self_(name_of_this_program()) {}

task<> leadership::open() {
  nats::key_value_config wanted;
  wanted.bucket = leaders_bucket;
  wanted.ttl = lease;
  bucket_.emplace(co_await nats::key_value::ensure(over_, std::move(wanted)));
}

task<bool> leadership::try_acquire() {
  const time_point before = loop::current().now();
  may_be_ours_ = true;
  const auto made = co_await with_timeout(lease - margin, bucket_->create(key_, self_)).as_result();
  if (!made && !made.error().is(errc::conflict)) throw made.error();
  may_be_ours_ = false;
  if (!made) co_return false;
  revision_ = *made;
  led_until_ = before + lease - margin;
  co_return true;
}

task<> leadership::acquire() {
  if (!bucket_) co_await open();
  while (!co_await try_acquire()) co_await sleep(look_interval);
}

task<std::string> leadership::keep() {
  for (;;) {
    co_await sleep(std::clamp<duration>(led_until_ - loop::current().now(), duration::zero(),
                                        renewal_interval));
    const time_point before = loop::current().now();
    const duration left = led_until_ - before;
    if (left <= duration::zero()) co_return "its lease has run out";
    const auto renewed =
        co_await with_timeout(left, bucket_->update(key_, self_, *revision_)).as_result();
    if (renewed) {
      revision_ = *renewed;
      led_until_ = before + lease - margin;
      continue;
    }
    if (renewed.error().is(errc::conflict)) {
      revision_.reset();
      co_return "another program leads";
    }
    if (renewed.error().is_cancelled()) throw renewed.error();
    if (loop::current().now() >= led_until_) co_return renewed.error().message();
  }
}

task<> leadership::resign() {
  if (!revision_ && !may_be_ours_) co_return;
  // Where it fails, the key runs out by itself.
  (void)co_await with_timeout(resignation_limit, remove_own()).as_result();
  revision_.reset();
  may_be_ours_ = false;
}

task<> leadership::remove_own() {
  if (!revision_) {
    const auto found = co_await bucket_->get(key_);
    if (!found || found->value != self_) co_return;
    revision_ = found->revision;
  }
  co_await bucket_->remove(key_, revision_);
}

}  // namespace weir::detail
