// SPDX-License-Identifier: Apache-2.0
#include "weir/when_any.hpp"

#include <doctest/doctest.h>

#include <string>
#include <variant>

#include "weir/loop.hpp"
#include "weir/sleep.hpp"

namespace {

weir::task<std::string> ask(std::string server, std::chrono::milliseconds patience) {
  co_await weir::sleep(patience);
  co_return server;
}

weir::task<std::string> ask_the_quicker() {
  auto first = co_await weir::when_any(ask("near", std::chrono::milliseconds(1)),
                                       ask("far", std::chrono::hours(1)));
  co_return std::visit([](std::string& server) { return std::move(server); }, first);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("when_any: the first to end decides, the others are cancelled") {
    weir::loop home;
    CHECK(home.run(ask_the_quicker()) == "near");
  }
}
