// SPDX-License-Identifier: Apache-2.0
#include "weir/error.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

void check_quantity(int quantity) {
  if (quantity > 0) return;
  throw weir::error(
      weir::errc::invalid_input, weir::disposition::poison,
      "order with quantity " + std::to_string(quantity) + ": it must be 1 or more; correct it");
}

/// What a policy does with an error: it looks at the disposition, not at the text.
bool is_worth_another_try(const weir::error& failure) {
  return failure.disposition() == weir::disposition::retry;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("error: a code for programs, a disposition for policies, a sentence for people") {
    try {
      check_quantity(0);
      FAIL("nothing was thrown");
    } catch (const weir::error& failure) {
      CHECK(failure.is(weir::errc::invalid_input));
      CHECK_FALSE(is_worth_another_try(failure));
      CHECK(failure.message() == "order with quantity 0: it must be 1 or more; correct it");
    }
    const auto refused = weir::error::from_errno(ECONNREFUSED, "connect to 127.0.0.1:4222");
    CHECK(is_worth_another_try(refused));
    CHECK(refused.code() == std::errc::connection_refused);
  }
}
