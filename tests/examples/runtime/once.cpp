// SPDX-License-Identifier: Apache-2.0
#include "weir/once.hpp"

#include <doctest/doctest.h>

#include <string>

#include "weir/when_all.hpp"
#include "weir/yield.hpp"

namespace {

weir::task<std::string> load(int& loads) {
  ++loads;
  co_await weir::yield();  // As if it were read from a file or a server.
  co_return "blue";
}

weir::task<bool> is_blue(weir::once<std::string>& colour, int& loads) {
  const std::string* loaded = co_await colour.get([&] { return load(loads); });
  co_return *loaded == "blue";
}

weir::task<bool> ask_twice(int& loads) {
  weir::once<std::string> colour;
  const auto both = co_await weir::when_all(is_blue(colour, loads), is_blue(colour, loads));
  co_return std::get<0>(both) && std::get<1>(both);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("once: two tasks ask for what is loaded once") {
    weir::loop home;
    int loads = 0;
    CHECK(home.run(ask_twice(loads)));
    CHECK(loads == 1);
  }
}
