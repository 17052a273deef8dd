// SPDX-License-Identifier: Apache-2.0
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "service.hpp"

#include <doctest/doctest.h>

#include <weir/test/service.hpp>

#include "events.hpp"

using namespace std::chrono_literals;

namespace {

item_created item_of(std::int64_t quantity) { return {weir::uuid::random(), "a thing", quantity}; }

}  // namespace

TEST_CASE("an item that comes twice is stored once, and told of once") {
  weir::test::service bench(make_service());
  const item_created item = item_of(3);
  bench.deliver(item, {.msg_id = "item-1"});
  bench.run_until_idle();
  bench.advance(5min);  // The stream has forgotten the id; the service has not.
  bench.deliver(item, {.msg_id = "item-1"});
  bench.run_until_idle();
  CHECK(bench.rows("items") == 1);
  CHECK(bench.published<item_stored>().size() == 1);
}

TEST_CASE("an item that the database refuses is a dead letter") {
  weir::test::service bench(make_service());
  bench.deliver(item_of(0));
  bench.advance(1h);
  CHECK(bench.rows("items") == 0);
  REQUIRE(bench.dead_letters().size() == 1);
  CHECK(bench.dead_letters()[0].cause.find("items_quantity_check") != std::string::npos);
}
