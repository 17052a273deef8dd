// SPDX-License-Identifier: Apache-2.0
#include "pull_ledger.hpp"

#include <doctest/doctest.h>

using weir::nats::detail::pull_ledger;

namespace {

constexpr weir::time_point late = weir::time_point::max();

weir::time_point at(int seconds) {
  return weir::time_point(
      std::chrono::duration_cast<weir::duration>(std::chrono::seconds(seconds)));
}

}  // namespace

TEST_SUITE("nats.pull_ledger") {
  TEST_CASE("messages are taken from the oldest pull, endings say what is left") {
    pull_ledger ledger;
    ledger.add(1, 3, late);
    ledger.add(2, 5, late);
    for (int i = 0; i < 4; ++i) ledger.message_came();
    CHECK(ledger.outstanding() == 4);
    ledger.ended(2, 4);
    CHECK(ledger.outstanding() == 0);
  }

  TEST_CASE("an ending that shows messages were taken from the wrong pull corrects the others") {
    pull_ledger ledger;
    ledger.add(1, 3, late);
    ledger.add(2, 3, late);
    ledger.message_came();  // noted with 1, but it was for 2
    ledger.ended(1, 3);
    CHECK(ledger.outstanding() == 2);
    ledger.ended(2, 2);
    CHECK(ledger.outstanding() == 0);
  }

  TEST_CASE("an ending with less left than noted leaves the difference with the others") {
    pull_ledger ledger;
    ledger.add(1, 2, late);
    ledger.add(2, 4, late);
    for (int i = 0; i < 2; ++i) ledger.message_came();  // noted with 1, but they were for 2
    ledger.ended(2, 2);
    CHECK(ledger.outstanding() == 0);
    ledger.ended(1, 2);
    CHECK(ledger.outstanding() == 0);
  }

  TEST_CASE("an ending without a count takes what is noted, and nothing a second time") {
    pull_ledger ledger;
    ledger.add(1, 5, late);
    ledger.add(2, 5, late);
    ledger.ended(1, std::nullopt);
    ledger.ended(1, std::nullopt);
    CHECK(ledger.outstanding() == 5);
  }

  TEST_CASE("a pull past its deadline is forgotten, and its late ending counts for nothing") {
    pull_ledger ledger;
    ledger.add(1, 5, at(10));
    ledger.add(2, 5, at(20));
    ledger.expire(at(9));
    CHECK(ledger.outstanding() == 10);
    ledger.expire(at(10));
    CHECK(ledger.outstanding() == 5);
    ledger.ended(1, 5);
    CHECK(ledger.outstanding() == 5);
    ledger.clear();
    ledger.ended(2, 5);
    ledger.message_came();
    CHECK(ledger.outstanding() == 0);
  }
}
