// SPDX-License-Identifier: Apache-2.0
#include "weir/zip.hpp"

#include <doctest/doctest.h>

#include <string>

#include "weir/stream_operators.hpp"

namespace {

weir::stream<int> numbers() {
  for (int number = 1;; ++number) co_yield number;
}

weir::stream<std::string> names() {
  co_yield "one";
  co_yield "two";
}

weir::task<std::string> spell() {
  std::string text;
  co_await (weir::zip(numbers(), names()) |
            weir::for_each([&](const std::tuple<int, std::string>& pair) {
              text += std::to_string(std::get<0>(pair)) + " is " + std::get<1>(pair) + ". ";
            }));
  co_return text;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("zip: the first values of two streams, then the second ones") {
    weir::loop home;
    CHECK(home.run(spell()) == "1 is one. 2 is two. ");
  }
}
