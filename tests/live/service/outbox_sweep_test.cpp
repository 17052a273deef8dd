// SPDX-License-Identifier: Apache-2.0
// What was left in the outbox is swept: with few statements, whatever order the commits had, and
// past what no stream takes.
#include <doctest/doctest.h>

#include "effect_tables.hpp"
#include "fixture.hpp"
#include "watchdog.hpp"
#include "weir/service/outbox.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

TEST_SUITE_BEGIN("service.outbox_sweep");

using namespace std::chrono_literals;
using weir::test::office_floor;

namespace {

constexpr std::uint64_t many = 10'000;
constexpr std::uint64_t rows_a_statement = 20;  // At the least, of those that are swept.

constexpr auto leave_many = weir::stmt<
    "insert into weir_outbox (id, key, subject, message_id, body) "
    "select id, '', 'letters.answered', 'left:' || id, '{\"id\":' || id || '}' "
    "from generate_series(1, 10000) as id">;
// An hour old, as if the relay had come late.
constexpr auto leave_one = weir::stmt<
    "insert into weir_outbox (id, key, subject, message_id, body, created_at) "
    "values ($1, $2, $3, 'left:' || $1::bigint, '{\"id\":1}', now() - interval '1 hour')">;
constexpr auto count_unsent = weir::stmt<"select count(*) from weir_outbox">;
constexpr auto read_unsent = weir::stmt<"select id from weir_outbox order by id">;

weir::task<std::uint64_t> count_answers(office_floor on) {
  const auto now = co_await on.jetstream.stream_info("LETTERS");
  co_return now.messages;
}

weir::task<> until_unsent(office_floor on, std::int64_t wanted) {
  while (co_await on.database.one<std::int64_t>(count_unsent) != wanted) co_await weir::sleep(5ms);
}

weir::task<> sweep_many(office_floor on) {
  co_await weir::detail::make_effect_tables(on.database);
  co_await on.database.exec(leave_many);
  std::uint64_t statements = 0;
  weir::postgres::pool_options counted;
  counted.conninfo = on.settings.database_url;
  counted.hooks.on_statement = [&statements](const auto&) { ++statements; };
  weir::postgres::pool database(counted);
  weir::outbox outbox(database, on.link);
  co_await outbox.open();
  CHECK(statements < many / rows_a_statement);
  co_await outbox.close();
  co_await database.close();
  const auto answers = co_await count_answers(on);
  CHECK(answers == many);
  const auto unsent = co_await on.database.one<std::int64_t>(count_unsent);
  CHECK(unsent == 0);
}

using outbox_story = weir::task<> (*)(office_floor, weir::outbox&);

weir::task<> with_outbox(office_floor on, outbox_story tell) {
  co_await weir::detail::make_effect_tables(on.database);
  weir::outbox outbox(on.database, on.link);
  const auto told = co_await tell(on, outbox).as_result();
  co_await outbox.close();
  if (!told) throw told.error();
}

/// Two transactions, of which the first to insert is the last to commit.
weir::task<> commit_the_other_way_round(office_floor on, weir::outbox& outbox) {
  co_await outbox.open();
  weir::postgres::transaction slow = co_await on.database.begin();
  const std::string key;
  const std::string subject = "letters.answered";
  co_await slow.exec(leave_one, std::int64_t{1}, key, subject);
  co_await on.database.exec(leave_one, std::int64_t{2}, key, subject);
  // The second does not wait for the first, and the first is not passed over for ever.
  while (co_await count_answers(on) < 1) co_await weir::sleep(5ms);
  co_await until_unsent(on, 0);
  co_await slow.commit();
  while (co_await count_answers(on) < 2) co_await weir::sleep(5ms);
  co_await until_unsent(on, 0);
  const auto first = co_await on.jetstream.get_message("LETTERS", 1);
  const auto second = co_await on.jetstream.get_message("LETTERS", 2);
  CHECK(first.subject == subject);
  CHECK(second.subject == subject);
}

weir::task<> pass_by_the_refused(office_floor on, weir::outbox& outbox) {
  co_await on.database.exec(leave_one, std::int64_t{1}, std::string("one"),
                            std::string("nowhere.at.all"));
  for (std::int64_t id = 2; id <= 21; ++id) {
    co_await on.database.exec(leave_one, id, std::string("key ") + std::to_string(id),
                              std::string("letters.answered"));
  }
  co_await outbox.open();
  co_await until_unsent(on, 1);
  const auto left = co_await on.database.one<std::int64_t>(read_unsent);
  CHECK(left == 1);
  const auto answers = co_await count_answers(on);
  CHECK(answers == 20);

  // And what has waited is sent when somebody takes it.
  weir::nats::stream_config taker;
  taker.name = "NOWHERE";
  taker.subjects = {"nowhere.>"};
  co_await on.jetstream.ensure_stream(std::move(taker));
  co_await until_unsent(on, 0);
}

}  // namespace

TEST_CASE("ten thousand events that were left are sent with a statement for many of them") {
  weir::test::post_office().tell(sweep_many);
}

TEST_CASE("events are sent in whatever order their transactions commit, and wait for no other") {
  weir::test::post_office().tell(
      [](office_floor on) { return with_outbox(on, commit_the_other_way_round); });
}

TEST_CASE("an event that no stream takes keeps no other in the outbox") {
  weir::test::allow(120s);
  weir::test::post_office().tell(
      [](office_floor on) { return with_outbox(on, pass_by_the_refused); });
}

TEST_SUITE_END();
