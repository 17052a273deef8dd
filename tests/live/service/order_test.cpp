// SPDX-License-Identifier: Apache-2.0
// Order per key: one message of a key after the other, whatever fails; other keys go on.
#include <doctest/doctest.h>

#include <map>
#include <stdexcept>

#include "fixture.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.order");

using namespace std::chrono_literals;
using weir::test::letter;

namespace {

using ids = std::vector<std::int64_t>;

constexpr std::int64_t ids_of_a_key = 1000;

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, 1)">;

/// What runs at a time of one key, and overall.
struct {
  std::map<std::string, int> of_key;
  int most_of_a_key = 0;
  int all = 0;
  int most = 0;
  std::map<std::int64_t, std::uint64_t> first_attempts;  // By letter.

  void enter(const std::string& key) {
    most_of_a_key = std::max(most_of_a_key, ++of_key[key]);
    most = std::max(most, ++all);
  }
  void leave(const std::string& key) {
    --of_key[key];
    --all;
  }
} running;

weir::durable policy() {
  return weir::durable("letters")
      .workers(32)
      .ordered_by<&Letter::wish>()
      .retry(3, weir::exponential(20ms, 20ms))
      .ack_wait(2s)
      .dead_letter("dlq.letters");
}

/// The letter's key is its wish; numbers are `key * 1000 + place`.
weir::task<> wait_and_fail(const Letter& letter, std::uint64_t attempt) {
  running.first_attempts.try_emplace(letter.id, attempt);
  running.enter(letter.wish);
  co_await weir::sleep(1ms);
  running.leave(letter.wish);
  if (letter.id % 10 == 3 && attempt == 1) throw std::runtime_error("not the first time");
  if (letter.id % 10 == 7) throw std::runtime_error("never");
}

weir::task<> store_alone(Letter letter, weir::tx& db, const weir::meta& about) {
  co_await wait_and_fail(letter, about.attempt);
  co_await db.exec(store, letter.id);
  db.publish(Reply{letter.id});
}

weir::task<> store_together(Letter letter, weir::unit& db, const weir::meta& about) {
  co_await wait_and_fail(letter, about.attempt);
  co_await db.exec(store, letter.id);
  db.publish(Reply{letter.id});
}

weir::task<> answer_only(Letter letter, weir::publications& out, const weir::meta& about) {
  co_await wait_and_fail(letter, about.attempt);
  out.publish(Reply{letter.id});
}

/// `count` letters of each of `keys` keys, by turns.
std::vector<std::string> letters_of(std::int64_t keys, std::int64_t count) {
  std::vector<std::string> bodies;
  for (std::int64_t place = 0; place < count; ++place) {
    for (std::int64_t key = 1; key <= keys; ++key) {
      bodies.push_back(letter(key * ids_of_a_key + place, "key " + std::to_string(key)));
    }
  }
  return bodies;
}

/// Splits what was published by its key, in the order of the stream.
std::map<std::int64_t, ids> by_key(const ids& published) {
  std::map<std::int64_t, ids> split;
  for (const auto id : published) split[id / ids_of_a_key].push_back(id);
  return split;
}

}  // namespace

TEST_CASE("the messages of a key keep their order through failures, keys run beside each other") {
  weir::test::post_office office;
  weir::service service("letters-test");
  SUBCASE("in transactions") { service.on<store_alone>(policy()); }
  SUBCASE("in a group commit") { service.on<store_together>(policy()); }
  SUBCASE("without a database") { service.on<answer_only>(policy()); }
  running = {};

  const auto left = office.deliver(service, letters_of(8, 20));

  CHECK(left.answered.size() == 8 * 18);  // Two of twenty never succeed.
  CHECK(left.dead.size() == 8 * 2);
  for (const auto& [key, published] : by_key(left.in_order)) {
    INFO("key ", key);
    CHECK(std::ranges::is_sorted(published));
    CHECK(published.size() == 18);
  }
  CHECK(running.most_of_a_key == 1);
  CHECK(running.most > 2);
}

TEST_CASE("a key whose first message fails for long does not hold up the others") {
  weir::test::post_office office;
  weir::service service("letters-test");
  // Eight workers, and fifty messages behind the one that fails: most of them must go away. Its
  // back-off takes twice as long as a lease.
  service.on<store_alone>(policy().workers(8).retry(3, weir::fixed(2s)).ack_wait(1s));
  std::vector<std::string> bodies;
  for (std::int64_t place = 0; place < 50; ++place) {
    bodies.push_back(letter(1007 + 10 * place + (place > 0 ? 1 : 0), "poisoned"));
  }
  for (std::int64_t key = 2; key < 52; ++key) {
    bodies.push_back(letter(key * ids_of_a_key, "key " + std::to_string(key)));
  }
  running = {};

  const auto left = office.deliver(service, bodies);

  REQUIRE(left.dead.size() == 1);
  CHECK(left.dead[0].attempts == "3");
  CHECK(left.answered.size() == 99);
  const auto split = by_key(left.in_order);
  CHECK(std::ranges::is_sorted(split.at(1)));
  // Whoever waited for the poisoned one would come behind it.
  const auto first_poisoned = std::ranges::find(left.in_order, split.at(1).front());
  CHECK(std::distance(left.in_order.begin(), first_poisoned) >= 50);
  // Who was sent away and came again was not tried for it.
  for (const auto& [id, attempt] : running.first_attempts) CHECK(attempt == 1);
}

TEST_CASE("a field of another event is refused before anything starts") {
  weir::service service("letters-test");
  CHECK_THROWS_WITH_AS(
      service.on<store_alone>(weir::durable("letters").ordered_by<&Reply::id>()),
      doctest::Contains("ordered_by() names a field of Reply, its handler takes Letter"),
      weir::error);
}

TEST_SUITE_END();
