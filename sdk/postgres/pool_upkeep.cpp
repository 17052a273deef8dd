// SPDX-License-Identifier: Apache-2.0
// What a pool does beside the work of tasks: looks after connections that nobody uses.
#include "pool_core.hpp"
#include "weir/sleep.hpp"

namespace weir::postgres::detail {
namespace {

/// How often idle connections are looked at.
constexpr std::chrono::seconds look_interval{1};

}  // namespace

task<> pool_core::keep_up() {
  for (;;) {
    const auto slept = co_await sleep(look_interval).as_result();
    if (!slept) co_return;
    look_after_idle();
    grow();
  }
}

void pool_core::look_after_idle() {
  const time_point now = loop::current().now();
  // In the order in which they were used last: the first have been idle for the longest.
  for (std::size_t at = 0; at < idle_.size();) {
    connection& one = *idle_[at];
    const bool is_surplus =
        size_ > options_.min_connections && now - one.age.idle_since >= options_.idle_limit;
    if (!is_surplus && now < one.age.expires && is_of_use(one)) {
      ++at;
      continue;
    }
    std::unique_ptr<connection> useless = std::move(idle_[at]);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(at));
    discard(std::move(useless));
  }
}

}  // namespace weir::postgres::detail
