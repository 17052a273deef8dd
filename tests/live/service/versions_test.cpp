// SPDX-License-Identifier: Apache-2.0
// Events that come in the wrong order: what the newest of a key says stays.
#include <doctest/doctest.h>

#include <map>

#include "answering_handlers.hpp"
#include "fixture.hpp"

TEST_SUITE_BEGIN("service.versions");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::store_alone;
using weir::test::store_together;

namespace {

using ids = std::vector<std::int64_t>;

weir::durable policy() {
  return weir::durable("letters")
      .retry(3, weir::fixed(10ms))
      .skip_older<&Letter::wish, &Letter::id>()
      .dead_letter("dlq.letters");
}

}  // namespace

TEST_CASE("an event that is not newer than the last one of its key is skipped") {
  const std::vector<std::string> letters = {letter(5, "x"), letter(3, "x"), letter(4, "y"),
                                            letter(6, "x"), letter(2, "y"), letter(7, "y")};
  weir::service service("letters");
  // One after the other: whichever comes first in its commit counts.
  SUBCASE("in a transaction") { service.on<store_alone>(policy().workers(1)); }
  SUBCASE("in a group commit") { service.on<store_together>(policy().workers(1)); }

  const auto found = weir::test::post_office().deliver(service, letters);

  CHECK(found.stored == ids{4, 5, 6, 7});
  CHECK(found.answered == ids{4, 5, 6, 7});
  CHECK(found.remembered == 4);
  CHECK(found.dead.empty());
}

TEST_CASE("of many that are handled at once the newest of each key is there") {
  std::vector<std::string> letters;
  for (std::int64_t id = 200; id > 0; --id) {
    letters.push_back(letter(id, std::to_string(id % 5)));
  }
  weir::service service("letters");
  SUBCASE("in transactions") { service.on<store_alone>(policy().workers(32)); }
  SUBCASE("in group commits") { service.on<store_together>(policy().workers(64)); }

  const auto found = weir::test::post_office().deliver(service, letters);

  std::map<std::int64_t, std::int64_t> last;
  for (const std::int64_t id : found.in_order) last[id % 5] = std::max(last[id % 5], id);
  CHECK(last ==
        std::map<std::int64_t, std::int64_t>{{0, 200}, {1, 196}, {2, 197}, {3, 198}, {4, 199}});
  CHECK(found.answered == found.stored);
  CHECK(found.dead.empty());
}

TEST_SUITE_END();
