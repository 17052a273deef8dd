// SPDX-License-Identifier: Apache-2.0
// A handler of many messages: one transaction, and still each message has an end of its own.
#include <doctest/doctest.h>

#include <set>
#include <stdexcept>

#include "effect_tables.hpp"
#include "fixture.hpp"
#include "watchdog.hpp"

TEST_SUITE_BEGIN("service.batch");

using namespace std::chrono_literals;
using weir::test::letter;

namespace {

using ids = std::vector<std::int64_t>;

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, 1)">;

std::size_t largest_batch = 0;
std::set<std::int64_t> failed_before;

weir::durable policy() {
  return weir::durable("letters")
      .workers(64)
      .retry(2, weir::exponential(1ms, 10ms).full_jitter())
      .dead_letter("dlq.letters");
}

weir::task<> store_many(std::span<const Letter> letters, weir::tx& db, weir::batch& all) {
  largest_batch = std::max(largest_batch, letters.size());
  for (std::size_t at = 0; at < letters.size(); ++at) {
    const Letter& letter = letters[at];
    if (letter.wish == "fail alone") {
      all.fail(at, weir::error(weir::errc::conflict, weir::disposition::permanent, "this one"));
      continue;
    }
    if (letter.wish.starts_with("fail at first") && failed_before.insert(letter.id).second) {
      all.fail(at, weir::error(weir::errc::unavailable, weir::disposition::retry, "not yet"));
      if (letter.wish.ends_with("and say so")) db.publish(Reply{-letter.id});
      continue;
    }
    if (letter.wish == "throw") throw std::runtime_error("one spoils it");
    const bool breaks = letter.wish == "break a rule";
    db.database().enqueue(store, breaks ? -letter.id : letter.id);
    db.publish(Reply{letter.id});
  }
  co_return;
}

weir::in_flight_limit limit(64);

weir::task<> store_many_and_narrow(std::span<const Letter> letters, weir::tx& db,
                                   weir::batch& all) {
  limit.set(1);
  return store_many(letters, db, all);
}

// A sequence does not go back with its transaction, so only the first commit is refused.
constexpr auto refuse_first_commit = weir::stmt<
    "do $$ begin create sequence commits; "
    "create function refuse_first() returns trigger language plpgsql as "
    "'begin if nextval(''commits'') = 1 then raise exception ''again'' "
    "using errcode = ''serialization_failure''; end if; return null; end'; "
    "create constraint trigger refused after insert on letters deferrable initially deferred "
    "for each row execute function refuse_first(); end $$">;

int runs_so_far = 0;

weir::task<> publish_at_first(std::span<const Letter> letters, weir::tx& db) {
  for (const Letter& one : letters) db.database().enqueue(store, one.id);
  if (++runs_so_far == 1) db.publish(Reply{letters.front().id});
  co_return;
}

weir::task<> refuse_first(weir::nats::jetstream&, weir::postgres::pool& database) {
  co_await database.exec(refuse_first_commit);
}

/// 64 letters of which the 23rd has a wish.
std::vector<std::string> one_of_64(const std::string& wish) {
  std::vector<std::string> bodies;
  for (std::int64_t id = 1; id <= 64; ++id) bodies.push_back(letter(id, id == 23 ? wish : ""));
  return bodies;
}

ids all_but_23() {
  ids all;
  for (std::int64_t id = 1; id <= 64; ++id) {
    if (id != 23) all.push_back(id);
  }
  return all;
}

/// So that the stream knows all ids again that it sees in a test.
weir::task<> remember_ids(weir::nats::jetstream& jetstream, weir::postgres::pool&) {
  weir::nats::stream_config stream;
  stream.name = Letters::name;
  stream.subjects = {"letters.>"};
  stream.duplicate_window = 2min;
  co_await jetstream.ensure_stream(stream);
}

/// The inbox refuses as many inserts as make a batch be halved, as if another program handled some
/// of it each time and then did not commit.
constexpr auto refuse_nine_times = weir::stmt<
    "do $$ begin "
    "create sequence inbox_inserts; "
    "create function refuse_at_first() returns trigger language plpgsql as $body$ begin "
    "if nextval('inbox_inserts') <= 9 then "
    "raise unique_violation using constraint = 'weir_inbox_pkey'; "
    "end if; return null; end $body$; "
    "create trigger refuse_at_first before insert on weir_inbox "
    "for each statement execute function refuse_at_first(); end $$">;

weir::task<> refuse_at_first(weir::nats::jetstream&, weir::postgres::pool& database) {
  co_await weir::detail::make_effect_tables(database);
  co_await database.exec(refuse_nine_times);
}

}  // namespace

TEST_CASE("of a batch of 64 with one bad message 63 succeed") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_many>(policy());
  largest_batch = 0;
  std::vector<std::string> bodies;
  std::string attempts = "1";
  SUBCASE("which the handler names") { bodies = one_of_64("fail alone"); }
  SUBCASE("which makes the handler throw") {
    bodies = one_of_64("throw");
    attempts = "2";
  }
  SUBCASE("which the database refuses") { bodies = one_of_64("break a rule"); }
  SUBCASE("which is no event at all") {
    bodies = one_of_64("");
    bodies[22] = "not a letter";
  }

  const auto left = office.deliver(service, bodies);

  CHECK(left.stored == all_but_23());
  CHECK(left.answered == all_but_23());
  REQUIRE(left.dead.size() == 1);
  CHECK(left.dead[0].sequence == "23");
  CHECK(left.dead[0].attempts == attempts);
  CHECK(left.remembered == 63);
  CHECK(left.unsent == 0);
  CHECK(largest_batch > 1);
}

TEST_CASE("what a batch publishes is no duplicate of what those publish that failed in it") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_many>(policy());
  largest_batch = 0;
  failed_before.clear();
  std::vector<weir::test::sent_letter> letters;
  ids expected;
  ids answers;
  std::string others;
  std::string wish = "fail at first";
  SUBCASE("the first of it") {}
  SUBCASE("all of it") {
    wish += " and say so";
    others = wish;
    for (std::int64_t id = -8; id < 0; ++id) answers.push_back(id);
  }
  for (std::int64_t id = 1; id <= 8; ++id) {
    letters.push_back({.body = letter(id, id == 1 ? wish : others)});
    expected.push_back(id);
    answers.push_back(id);
  }

  const auto left = office.deliver(service, letters, remember_ids);

  CHECK(largest_batch > 1);
  CHECK(left.stored == expected);
  CHECK(left.answered == answers);
  CHECK(left.dead.empty());
  CHECK(left.unsent == 0);
}

TEST_CASE("the halves of a batch do not wait for the whole of it") {
  weir::test::allow(120s);
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_many_and_narrow>(policy().in_flight(limit));
  limit.set(64);
  largest_batch = 0;
  std::vector<weir::test::sent_letter> letters;
  ids expected;
  for (std::int64_t id = 1; id <= 8; ++id) {
    letters.push_back({.body = letter(id, "")});
    expected.push_back(id);
  }

  const auto left = office.deliver(service, letters, refuse_at_first);

  CHECK(largest_batch > 1);
  CHECK(left.stored == expected);
  CHECK(left.answered == expected);
}

TEST_CASE("a batch keeps the order of its stream") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_many>(policy().workers(512));
  std::vector<std::string> bodies;
  ids expected;
  for (std::int64_t id = 1; id <= 2000; ++id) {
    bodies.push_back(letter(id, ""));
    expected.push_back(id);
  }

  const auto left = office.deliver(service, bodies);

  CHECK(left.in_order == expected);
}

TEST_CASE("a policy that does not fit a handler of many is refused before anything starts") {
  weir::service service("letters-test");
  CHECK_THROWS_WITH_AS(service.on<store_many>(policy().ordered_by<&Letter::id>()),
                       doctest::Contains("ordered_by() is for handlers of one"), weir::error);
  CHECK_THROWS_WITH_AS(service.on<store_many>(policy().replayable()),
                       doctest::Contains("replayable"), weir::error);
}

TEST_CASE("what was published in a run that its commit has undone is not sent by the next one") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.without_statement_check().on<publish_at_first>(policy());
  runs_so_far = 0;

  const std::vector<weir::test::sent_letter> one{{.body = letter(1, "")}};
  const auto left = office.deliver(service, one, refuse_first);

  CHECK(runs_so_far == 2);
  CHECK(left.stored == ids{1});
  CHECK(left.answered.empty());
}

TEST_SUITE_END();
