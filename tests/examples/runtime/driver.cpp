// SPDX-License-Identifier: Apache-2.0
#include "weir/driver.hpp"

#include <doctest/doctest.h>

#include <string>

#include "weir/loop.hpp"
#include "weir/sleep.hpp"

using namespace std::chrono_literals;

namespace {

/// How many times a sleep enters the kernel.
weir::task<std::uint64_t> enters_of_a_sleep() {
  const weir::driver& here = weir::loop::current().driver();
  const std::uint64_t before = here.counters().enters;
  co_await weir::sleep(1ms);
  co_return here.counters().enters - before;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("driver: a loop on epoll by choice, and what it asked the kernel for") {
    std::string reason;  // Why it is not the driver that was asked for; here it is.
    weir::loop home(weir::make_driver(weir::driver_choice::epoll, &reason));
    CHECK(home.driver().name() == "epoll");
    CHECK(reason.empty());
    CHECK(home.run(enters_of_a_sleep()) >= 1);
  }
}
