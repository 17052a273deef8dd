// SPDX-License-Identifier: Apache-2.0
#include "weir/service/policy.hpp"

#include <doctest/doctest.h>

#include "weir/error.hpp"

TEST_SUITE_BEGIN("service.policy");

using namespace std::chrono_literals;

TEST_CASE("a policy says what it was told") {
  const auto policy = weir::durable("orders")
                          .workers(7)
                          .retry(3, weir::exponential(1s, 2s))
                          .deadline(4s)
                          .ack_wait(5s)
                          .dead_letter("dlq.orders");

  CHECK(policy.name() == "orders");
  CHECK(policy.workers() == 7);
  CHECK(policy.attempts() == 3);
  CHECK(policy.deadline() == 4s);
  CHECK(policy.ack_wait() == 5s);
  CHECK(policy.dead_letter() == "dlq.orders");
}

TEST_CASE("what cannot work is refused when it is said") {
  CHECK_THROWS_AS(weir::durable("x").workers(0), weir::error);
  CHECK_THROWS_AS(weir::durable("x").workers(weir::durable::workers_max + 1), weir::error);
  CHECK_NOTHROW(weir::durable("x").workers(weir::durable::workers_max));
  CHECK_THROWS_AS(weir::durable("x").retry(0, weir::exponential(1s, 2s)), weir::error);
  CHECK_THROWS_AS(weir::durable("x").deadline(0s), weir::error);
  CHECK_THROWS_AS(weir::durable("x").dead_letter("dlq orders"), weir::error);
  CHECK_THROWS_AS(weir::durable("x").ack_wait(999ms), weir::error);
  CHECK_THROWS_AS(weir::durable("x").dead_letter("dlq.>"), weir::error);
}

TEST_SUITE_END();
