// SPDX-License-Identifier: Apache-2.0
// What must hold in every order of the tasks, and under cancellation at any moment.
#include "schedules.hpp"

#include "calls.hpp"
#include "weir/resilience/bulkhead.hpp"
#include "weir/resilience/circuit_breaker.hpp"
#include "weir/resilience/load_shed.hpp"
#include "weir/resilience/rate_limit.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("resilience.schedules");

namespace {

constexpr int workers = 6;
constexpr int calls_each = 6;

task<> dawdle_inside(int& inside, int most) {
  struct count {
    int& value;
    ~count() { --value; }
  } counted{inside};
  expect(++inside <= most, "more run than there are places");
  co_await dawdle();
}

template <class Guard>
task<> pass_often(Guard& through, int& inside, int most) {
  for (int call = 0; call < calls_each; ++call) {
    co_await dawdle();
    static_cast<void>(
        co_await with_timeout(short_limit(), through.run(dawdle_inside(inside, most))).as_result());
  }
}

template <class Guard>
task<> pass_all(Guard& through, int most) {
  int inside = 0;
  co_await with_scope([&](scope& children) -> task<> {
    for (int worker = 0; worker < workers; ++worker) {
      children.spawn(pass_often(through, inside, most));
    }
    co_await children.join();
  });
  expect(inside == 0, "one is inside for ever");
}

task<> crowd_bulkhead() {
  bulkhead places({.at_once = 2, .waiting_max = 2, .wait_max = 3ms});
  co_await pass_all(places, 2);
  expect(places.in_use() == 0, "a place was lost");
  expect(places.waiting() == 0, "one is counted as waiting for ever");
}

task<> crowd_shed() {
  load_shed shed("shed", 2);
  co_await pass_all(shed, 2);
  expect(shed.in_flight() == 0, "one is counted as running for ever");
}

task<> crowd_rate() {
  rate_limit rate({.calls = 1000, .burst = 2, .waiting_max = 3});
  co_await pass_all(rate, workers);
  expect(rate.waiting() == 0, "one is counted as waiting for ever");
}

/// Probes that fail, succeed and are cancelled: nobody waits for ever, and too many never probe.
task<> probe_often(circuit_breaker& breaker, int& probing, int most) {
  for (int call = 0; call < calls_each; ++call) {
    co_await breaker.wait_admitting();
    auto admitted = breaker.try_admit();
    if (!admitted) continue;
    const bool is_probe = breaker.state() == breaker_state::half_open;
    if (is_probe) expect(++probing <= most, "more probe than the options say");
    const auto ended = co_await with_timeout(short_limit(), dawdle()).as_result();
    if (is_probe) --probing;
    if (choose_below(2) == 0) {
      admitted->record_failure(ended.has_value() ? refused() : ended.error());
    } else if (ended.has_value()) {
      admitted->record_success();
    }
  }
}

task<> crowd_breaker() {
  breaker_options options;
  options.consecutive_failures = 1;
  options.open_for = fixed(2ms);
  circuit_breaker breaker(std::move(options));
  int probing = 0;
  co_await with_scope([&](scope& children) -> task<> {
    for (int worker = 0; worker < workers; ++worker) {
      children.spawn(probe_often(breaker, probing, 1));
    }
    co_await children.join();
  });
}

}  // namespace

TEST_CASE("a bulkhead never lets too many in, and loses no place") {
  in_many_orders(crowd_bulkhead);
}

TEST_CASE("a shed never lets too many in, and forgets none") { in_many_orders(crowd_shed); }

TEST_CASE("a rate limit forgets none of those who wait") { in_many_orders(crowd_rate); }

TEST_CASE("a breaker lets no more probe than it says, and leaves nobody waiting") {
  in_many_orders(crowd_breaker);
}

TEST_SUITE_END();
