// SPDX-License-Identifier: Apache-2.0
#include "weir/scope.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "weir/loop.hpp"
#include "weir/sleep.hpp"

namespace {

weir::task<> greet(std::string name, std::vector<std::string>& greetings) {
  co_await weir::sleep(std::chrono::milliseconds(1));
  greetings.push_back("hello " + name);
}

weir::task<std::size_t> greet_all(std::vector<std::string> names) {
  std::vector<std::string> greetings;
  co_await weir::with_scope([&](weir::scope& children) -> weir::task<> {
    for (const auto& name : names) children.spawn(greet(name, greetings));
    co_await children.join();
  });
  co_return greetings.size();
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("scope: owns tasks, and leaves none behind") {
    weir::loop home;
    CHECK(home.run(greet_all({"one", "two"})) == 2);
  }
}
