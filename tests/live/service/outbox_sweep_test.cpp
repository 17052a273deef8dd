// SPDX-License-Identifier: Apache-2.0
// What was left in the outbox is swept: with few statements, whatever order the commits had, and
// past what no stream takes.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>

#include "effect_tables.hpp"
#include "fixture.hpp"
#include "running_service.hpp"
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

/// As if the commit of a program that was killed came while the service is at work.
constexpr auto leave_late = weir::stmt<
    "insert into weir_outbox (id, key, subject, message_id, body) "
    "values (-$1, '', 'letters.answered', 'late:' || $1::bigint, '{\"id\":1}')">;

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
  counted.conninfo = on.settings.postgres.url;
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

/// As a transaction of a handler stores it, now.
constexpr auto leave_young = weir::stmt<
    "insert into weir_outbox (id, key, subject, message_id, body) "
    "values ($1, $2, 'letters.answered', 'left:' || $1::bigint, '{\"id\":1}')">;

weir::task<std::string> id_of_answer(office_floor on, std::uint64_t sequence) {
  while (co_await count_answers(on) < sequence) co_await weir::sleep(5ms);
  const auto stored = co_await on.jetstream.get_message(std::string(Letters::name), sequence);
  for (const auto& [name, value] : stored.headers) {
    if (name == "Nats-Msg-Id") co_return value;
  }
  co_return "(none)";
}

/// Of two transactions the first to store is the last to commit; both have an event of one key.
weir::task<> commit_a_key_the_other_way_round(office_floor on, weir::outbox& outbox) {
  const std::string key = "the same";
  weir::postgres::transaction slow = co_await on.database.begin();
  co_await slow.exec(leave_young, std::int64_t{1}, key);
  co_await on.database.exec(leave_young, std::int64_t{2}, key);
  co_await on.database.exec(leave_young, std::int64_t{3}, std::string());
  // It sends all that may go, however young.
  co_await outbox.open();
  const auto first = co_await id_of_answer(on, 1);
  CHECK(first == "left:3");
  const auto waiting = co_await on.database.one<std::int64_t>(read_unsent);
  CHECK(waiting == 2);
  co_await slow.commit();
  const auto second = co_await id_of_answer(on, 2);
  CHECK(second == "left:1");
  const auto third = co_await id_of_answer(on, 3);
  CHECK(third == "left:2");
  co_await until_unsent(on, 0);
}

/// The second has begun long before the first, and stores behind it.
weir::task<> store_late_in_an_old_transaction(office_floor on, weir::outbox& outbox) {
  const std::string key = "the same";
  co_await outbox.open();
  co_await on.database.exec(leave_young, std::int64_t{1}, key);
  co_await on.database.exec(leave_one, std::int64_t{2}, key, std::string("letters.answered"));
  const auto first = co_await id_of_answer(on, 1);
  CHECK(first == "left:1");
  const auto second = co_await id_of_answer(on, 2);
  CHECK(second == "left:2");
}

/// Somebody has written a row by hand.
weir::task<> pass_by_what_is_no_subject(office_floor on, weir::outbox& outbox) {
  const std::string key;
  co_await on.database.exec(leave_one, std::int64_t{1}, key, std::string("two words"));
  co_await on.database.exec(leave_one, std::int64_t{2}, key, std::string("letters.answered"));
  co_await outbox.open();
  co_await until_unsent(on, 1);
  const auto answers = co_await count_answers(on);
  CHECK(answers == 1);
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

/// More than a sweep reads, each of them too large for its stream; before them one that its stream
/// does not take for now.
constexpr auto leave_what_is_refused = weir::stmt<
    "insert into weir_outbox (id, key, subject, message_id, body, created_at) "
    "select id, 'key ' || id, case id when 1 then 'full.one' else 'small.one' end, 'left:' || id, "
    "case id when 1 then '' else repeat('x', 200) end, now() - interval '1 hour' "
    "from generate_series(1, 5000) as id">;

weir::task<> make_narrow_streams(office_floor on) {
  weir::nats::stream_config small;
  small.name = "SMALL";
  small.subjects = {"small.>"};
  small.max_message_size = 100;
  co_await on.jetstream.ensure_stream(std::move(small));
  weir::nats::stream_config full;
  full.name = "FULL";
  full.subjects = {"full.>"};
  full.max_messages = 1;
  full.discard = weir::nats::discard_policy::new_messages;
  co_await on.jetstream.ensure_stream(std::move(full));
  co_await on.jetstream.publish(weir::nats::subject("full.up"), "in the way");
}

/// Behind them stand one of the key that is held up, and two of keys that are not.
weir::task<> go_past_the_refused(office_floor on, weir::outbox& outbox) {
  co_await make_narrow_streams(on);
  co_await on.database.exec(leave_what_is_refused);
  for (const auto& [id, key] : {std::pair(6001, "key 1"), {6002, "key 2"}, {6003, "another"}}) {
    co_await on.database.exec(leave_one, std::int64_t{id}, std::string(key),
                              std::string("letters.answered"));
  }
  co_await outbox.open();
  const auto first = co_await id_of_answer(on, 1);
  CHECK(first == "left:6002");
  const auto second = co_await id_of_answer(on, 2);
  CHECK(second == "left:6003");

  // In the next round, after the one that it has waited for.
  co_await on.jetstream.purge_stream("FULL");
  const auto third = co_await id_of_answer(on, 3);
  CHECK(third == "left:6001");
  const auto full = co_await on.jetstream.stream_info("FULL");
  CHECK(full.messages == 1);
  co_await until_unsent(on, 4999);
}

constexpr auto drop_delayed = weir::stmt<"drop table weir_delayed">;

/// What is written to standard error as long as it lives.
class overheard {
 public:
  overheard() : file_(std::tmpfile()), before_(dup(STDERR_FILENO)) {
    dup2(fileno(file_), STDERR_FILENO);
  }
  overheard(const overheard&) = delete;
  overheard& operator=(const overheard&) = delete;
  ~overheard() {
    dup2(before_, STDERR_FILENO);
    close(before_);
    std::fclose(file_);
  }

  std::size_t count(std::string_view wanted) const {
    std::string text(static_cast<std::size_t>(lseek(fileno(file_), 0, SEEK_END)), '\0');
    const auto size = pread(fileno(file_), text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    std::size_t found = 0;
    for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
      ++found;
    }
    return found;
  }

 private:
  std::FILE* file_;
  int before_;
};

weir::task<> see_sweeps_fail(office_floor on, weir::outbox& outbox, const int& sweeps) {
  const overheard log;
  co_await outbox.open();
  co_await on.database.exec(drop_delayed);
  while (log.count("cannot be swept") == 0) co_await weir::sleep(5ms);
  // Of the next two the first has ended when the second begins.
  const int before = sweeps;
  while (sweeps < before + 2) co_await weir::sleep(5ms);
  CHECK(log.count("cannot be swept") == 1);
  CHECK(log.count("weir_delayed") > 0);
}

weir::task<> sweep_in_vain(office_floor on) {
  co_await weir::detail::make_effect_tables(on.database);
  int sweeps = 0;
  weir::postgres::pool_options counted;
  counted.conninfo = on.settings.postgres.url;
  counted.hooks.on_statement = [&sweeps](const weir::postgres::statement_report& one) {
    if (one.name == "weir_outbox_due") ++sweeps;
  };
  weir::postgres::pool database(counted);
  weir::outbox outbox(database, on.link);
  const auto told = co_await see_sweeps_fail(on, outbox, sweeps).as_result();
  co_await outbox.close();
  co_await database.close();
  if (!told) throw told.error();
}

weir::task<> leave_an_event(Letter letter, weir::tx& db) {
  co_await db.exec(leave_late, letter.id);
}

weir::task<> handle_backlog(office_floor on) {
  const weir::nats::subject to(weir::bind<Letter>::subject);
  const std::string body = weir::test::letter(1, "");
  co_await on.jetstream.publish(to, body);
  weir::service app("letters-test");
  app.without_statement_check().on<leave_an_event>(weir::durable("letters").workers(1));
  co_await weir::detail::run_service(app, on.settings, weir::detail::run_until::backlog_done);
  const auto messages = co_await count_answers(on);
  CHECK(messages == 2);
  const auto unsent = co_await on.database.one<std::int64_t>(count_unsent);
  CHECK(unsent == 0);
}

/// One that may not publish what a letter is answered with.
weir::servers::nats_server_options narrow() {
  return {.configuration = R"(authorization { users: [ { user: worker, password: "secret",
      permissions: { publish: { deny: ["letters.answered"] } } } ] }
)"};
}

int left_beside = 0;

weir::task<> leave_what_may_not_go(Letter letter, weir::tx& db) {
  ++left_beside;
  co_await db.exec(leave_late, letter.id);
}

weir::task<> handle_one(weir::service_settings settings) {
  weir::nats::connection_options options;
  options.url = settings.nats.url;
  weir::nats::connection link(options);
  weir::nats::jetstream jetstream(link);
  weir::nats::stream_config stream;
  stream.name = "LETTERS";
  stream.subjects = {"letters.>"};
  co_await jetstream.ensure_stream(stream);
  const weir::nats::subject to(weir::bind<Letter>::subject);
  const std::string body = weir::test::letter(left_beside + 1, "");
  co_await jetstream.publish(to, body);
  co_await link.close();
  weir::service app("letters-test");
  app.without_statement_check().on<leave_what_may_not_go>(weir::durable("letters").workers(1));
  co_await weir::detail::run_service(app, settings, weir::detail::run_until::backlog_done);
}

}  // namespace

TEST_CASE("ten thousand events that were left are sent with a statement for many of them") {
  weir::test::post_office().tell(sweep_many);
}

TEST_CASE("events are sent in whatever order their transactions commit, and wait for no other") {
  weir::test::post_office().tell(
      [](office_floor on) { return with_outbox(on, commit_the_other_way_round); });
}

TEST_CASE("an event does not overtake one of its key whose transaction commits later") {
  weir::test::allow(120s);
  weir::test::post_office().tell(
      [](office_floor on) { return with_outbox(on, commit_a_key_the_other_way_round); });
}

TEST_CASE("an event does not overtake one of its key that is too young to be swept") {
  weir::test::allow(120s);
  weir::test::post_office().tell(
      [](office_floor on) { return with_outbox(on, store_late_in_an_old_transaction); });
}

TEST_CASE("an event that no stream takes keeps no other in the outbox") {
  weir::test::allow(120s);
  weir::test::post_office().tell(
      [](office_floor on) { return with_outbox(on, pass_by_the_refused); });
}

TEST_CASE("a row that could be no event keeps no other in the outbox") {
  weir::test::post_office().tell(
      [](office_floor on) { return with_outbox(on, pass_by_what_is_no_subject); });
}

TEST_CASE("more events than a sweep reads that cannot be sent keep none from those behind them") {
  weir::test::allow(120s);
  weir::test::post_office().tell(
      [](office_floor on) { return with_outbox(on, go_past_the_refused); });
}

TEST_CASE("a service that ends with its backlog leaves no event behind") {
  weir::test::post_office().tell(handle_backlog);
}

TEST_CASE(
    "an event that may not be published keeps no service from its backlog, nor from its end") {
  weir::servers::nats_server nats(narrow());
  nats.start();
  weir::servers::postgres_server postgres;
  postgres.start();
  std::string url = nats.url();
  url.insert(url.find("//") + 2, "worker:secret@");
  const weir::service_settings settings{.nats = {.url = url},
                                        .postgres = {.url = postgres.conninfo()}};
  left_beside = 0;
  weir::loop home;

  home.run(handle_one(settings));
  home.run(handle_one(settings));  // It finds the event of the first.

  CHECK(left_beside == 2);
}

TEST_CASE("that the outbox cannot be swept at all is said, and once") {
  weir::test::post_office().tell(sweep_in_vain);
}

TEST_SUITE_END();
