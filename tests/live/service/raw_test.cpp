// SPDX-License-Identifier: Apache-2.0
// Handlers that get the bytes of their events.
#include <doctest/doctest.h>

#include "fixture.hpp"

TEST_SUITE_BEGIN("service.raw");

using weir::test::letter;

namespace {

constexpr auto keep_length = weir::stmt<"insert into letters (id, attempt) values ($1, $2)">;

const std::vector<std::string> bodies = {letter(1, "arrive"), "not a letter", "", "\xff\xfe"};
std::vector<std::string> seen;

std::int64_t length_of(std::string_view body) { return static_cast<std::int64_t>(body.size()); }

weir::task<> look(weir::raw<Letter> letter, weir::publications& events) {
  seen.emplace_back(letter.body);
  events.publish(Reply{length_of(letter.body)});
  co_return;
}

weir::task<> audit(weir::raw<Letter> letter, weir::tx& db, const weir::meta& about) {
  const auto sequence = static_cast<std::int64_t>(about.stream_sequence);
  co_await db.exec(keep_length, sequence, length_of(letter.body));
  db.publish(Reply{length_of(letter.body)});
}

weir::task<> audit_together(weir::raw<Letter> letter, weir::unit& db, const weir::meta& about) {
  const auto sequence = static_cast<std::int64_t>(about.stream_sequence);
  co_await db.exec(keep_length, sequence, length_of(letter.body));
  db.publish(Reply{length_of(letter.body)});
}

weir::task<> audit_many(std::span<const weir::raw<Letter>> letters, weir::tx& db) {
  for (const auto& one : letters) {
    // The same body comes once in these tests, so its length is an id.
    co_await db.exec(keep_length, length_of(one.body), length_of(one.body));
    db.publish(Reply{length_of(one.body)});
  }
}

std::vector<std::int64_t> lengths() {
  std::vector<std::int64_t> found;
  for (const auto& body : bodies) found.push_back(length_of(body));
  std::ranges::sort(found);
  return found;
}

weir::durable policy() { return weir::durable("letters").dead_letter("dlq.letters"); }

}  // namespace

TEST_CASE("a raw handler handles every body, whatever it asks for, and none is a dead letter") {
  weir::test::post_office office;
  weir::service service("audit-test");
  bool has_database = true;
  SUBCASE("without a database") {
    has_database = false;
    service.on<look>(policy());
  }
  SUBCASE("alone") { service.on<audit>(policy()); }
  SUBCASE("in a group commit") { service.on<audit_together>(policy()); }
  SUBCASE("in batches") { service.on<audit_many>(policy()); }
  seen.clear();

  const auto left = office.deliver(service, bodies);

  CHECK(left.dead.empty());
  CHECK(left.answered == lengths());
  CHECK(left.stored.size() == (has_database ? bodies.size() : 0));
  std::ranges::sort(seen);
  auto sent = bodies;
  std::ranges::sort(sent);
  CHECK((has_database || seen == sent));
}

TEST_SUITE_END();
