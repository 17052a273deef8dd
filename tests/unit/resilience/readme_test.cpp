// SPDX-License-Identifier: Apache-2.0
// The code of the section "Resilience" of sdk/README.md, run.
#include <doctest/doctest.h>

#include <string>

#include "calls.hpp"
#include "run.hpp"
#include "weir/resilience/bulkhead.hpp"
#include "weir/resilience/circuit_breaker.hpp"
#include "weir/resilience/guarded.hpp"
#include "weir/resilience/retry.hpp"
#include "weir/resilience/time_limit.hpp"

using namespace std::chrono_literals;
using namespace weir::test;

TEST_SUITE_BEGIN("resilience.readme");

namespace {

/// A server that is asked over the network, and refuses at first.
class shop {
 public:
  explicit shop(int refusals) : refusals_(refusals) {}
  weir::task<int> price_of(std::string item) {
    co_await weir::sleep(1ms);
    if (refusals_-- > 0) throw refused();
    co_return static_cast<int>(item.size());
  }

 private:
  int refusals_;
};

weir::task<int> ask(shop& server, std::string item) {
  const auto policy =
      weir::retry_policy(5, weir::exponential(100ms, 10s).full_jitter()).within(30s);
  co_return co_await weir::retry(policy, [&] { return server.price_of(item); });
}

class prices {
 public:
  explicit prices(shop& server) : server_(server) {}

  weir::task<int> of(std::string item) {
    const auto calls = weir::guarded(patient_, places_, breaker_, weir::time_limit(2s));
    co_return co_await calls.run([&] { return server_.price_of(item); });
  }

 private:
  shop& server_;
  weir::retry_policy patient_{3};
  weir::bulkhead places_{{.name = "shop", .at_once = 8, .waiting_max = 100, .wait_max = 1s}};
  weir::circuit_breaker breaker_{{.name = "shop"}};
};

/// Calls whose end is seen elsewhere: asks for admission, and tells what came of it.
weir::task<> ask_all(weir::circuit_breaker& breaker, shop& server, int count, int& sum) {
  while (count > 0) {
    co_await breaker.wait_admitting();
    auto admitted = breaker.try_admit();
    if (!admitted) continue;  // Another task was faster.
    const auto price = co_await server.price_of("pear").as_result();
    if (price.has_value()) {
      admitted->record_success();
      sum += *price;
      --count;
    } else {
      admitted->record_failure(price.error());
    }
  }
}

}  // namespace

TEST_CASE("a refusal is waited out") {
  run_virtually([]() -> weir::task<> {
    shop server(2);
    CHECK(co_await ask(server, "pear") == 4);
  });
}

TEST_CASE("guards around a call, the outermost first") {
  run_virtually([]() -> weir::task<> {
    shop server(1);
    prices all(server);
    CHECK(co_await all.of("apple") == 5);
  });
}

TEST_CASE("who sees the end of its calls elsewhere pauses while the breaker is open") {
  run_virtually([]() -> weir::task<> {
    weir::circuit_breaker breaker({.name = "shop"});
    shop server(6);
    int sum = 0;
    co_await ask_all(breaker, server, 3, sum);
    CHECK(sum == 12);
  });
}

TEST_SUITE_END();
