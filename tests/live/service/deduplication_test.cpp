// SPDX-License-Identifier: Apache-2.0
// What handlers without a commit remember, and messages that are the same by a field of theirs.
#include <doctest/doctest.h>

#include <stdexcept>

#include "fixture.hpp"
#include "weir/nats/key_value.hpp"

TEST_SUITE_BEGIN("service.deduplication");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::sent_letter;

namespace {

using ids = std::vector<std::int64_t>;

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, 1)">;

int failures = 0;

/// Answers with an id of its own each time, so that the stream refuses no answer.
weir::task<> answer(Letter letter, weir::publications& out, const weir::meta& about) {
  if (letter.wish == "fail once" && failures++ == 0) throw std::runtime_error("not at first");
  out.publish(Reply{letter.id * 1000 + static_cast<std::int64_t>(about.stream_sequence)});
  co_return;
}

weir::task<> store_alone(Letter letter, weir::tx& db) {
  co_await db.exec(store, letter.id);
  db.publish(Reply{letter.id});
}

weir::task<> store_together(Letter letter, weir::unit& db) {
  co_await db.exec(store, letter.id);
  db.publish(Reply{letter.id});
}

weir::task<> store_many(std::span<const Letter> letters, weir::tx& db) {
  for (const Letter& one : letters) {
    db.database().enqueue(store, one.id);
    db.publish(Reply{one.id});
  }
  co_return;
}

weir::durable policy() {
  return weir::durable("letters").retry(3, weir::fixed(10ms)).dead_letter("dlq.letters");
}

/// As the program before this one has left it.
weir::task<> remember_the_first(weir::nats::jetstream& jetstream, weir::postgres::pool&) {
  weir::nats::key_value_config wanted;
  wanted.bucket = "handled";
  const auto bucket = co_await weir::nats::key_value::ensure(jetstream, wanted);
  co_await bucket.put("LETTERS=2Fletters.id=2E1", "");
}

}  // namespace

TEST_CASE("a message that comes again is not handled again while its id is remembered") {
  const std::vector<sent_letter> letters = {{letter(1, "any"), "a"},
                                            {letter(2, "fail once"), "b"},
                                            {letter(1, "any"), "a"},
                                            {letter(2, "fail once"), "b"}};
  failures = 0;
  weir::service service("letters");
  SUBCASE("in memory") { service.on<answer>(policy().deduplicate(weir::in_memory(1h))); }
  SUBCASE("in a bucket") {
    service.on<answer>(policy().deduplicate(weir::in_bucket("handled", 1h)));
  }

  const auto found = weir::test::post_office().deliver(service, letters);

  // What fails is not remembered, so of the second two either is handled.
  REQUIRE(found.answered.size() == 2);
  CHECK(found.answered[0] / 1000 == 1);
  CHECK(found.answered[1] / 1000 == 2);
  CHECK(failures == 2);
}

TEST_CASE("what another program has remembered in the bucket is not handled again") {
  weir::service service("letters");
  service.on<answer>(policy().deduplicate(weir::in_bucket("handled", 1h)));

  const auto found = weir::test::post_office().deliver(
      service, {{letter(1, "any"), "id.1"}, {letter(2, "any"), "id.2"}}, remember_the_first);

  CHECK(found.answered == ids{2002});
}

TEST_CASE("messages are the same by the field that says so") {
  const std::vector<sent_letter> letters = {
      {letter(1, "x"), "a"}, {letter(2, "y"), "b"}, {letter(3, "x"), "c"}, {letter(4, "y"), "d"}};
  weir::service service("letters");
  SUBCASE("in memory") {
    service.on<answer>(
        policy().deduplicate(weir::in_memory(1h)).identified_by<&Letter::wish>().workers(1));
  }
  SUBCASE("in a transaction") {
    service.on<store_alone>(policy().identified_by<&Letter::wish>().workers(1));
  }
  SUBCASE("in a group commit") {
    service.on<store_together>(policy().identified_by<&Letter::wish>().workers(1));
  }
  SUBCASE("in a batch") { service.on<store_many>(policy().identified_by<&Letter::wish>()); }

  const auto found = weir::test::post_office().deliver(service, letters);

  CHECK(found.answered.size() == 2);
  CHECK(found.dead.empty());
}

TEST_CASE("an event whose id is empty or too long is a dead letter") {
  weir::service service("letters");
  service.on<store_alone>(policy().identified_by<&Letter::wish>());

  const auto found = weir::test::post_office().deliver(
      service, {letter(1, ""), letter(2, std::string(513, 'x')), letter(3, std::string(512, 'x'))});

  CHECK(found.stored == ids{3});
  REQUIRE(found.dead.size() == 2);
  CHECK(found.dead[0].cause.find("0 bytes; it must have from 1 to 512") != std::string::npos);
  CHECK(found.dead[1].cause.find("513 bytes") != std::string::npos);
}

TEST_CASE("what has expired is ended unhandled") {
  weir::service service("letters");
  service.on<store_alone>(policy().expires(1ns));

  const auto found = weir::test::post_office().deliver(service, {letter(1, "any")});

  CHECK(found.stored.empty());
  CHECK(found.dead.empty());
}

TEST_SUITE_END();
