// SPDX-License-Identifier: Apache-2.0
// --try: what a handler would do with a message, of which nothing is left.
#include <doctest/doctest.h>

#include "fixture.hpp"
#include "try_message.hpp"

TEST_SUITE_BEGIN("service.try");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::post_office;

namespace {

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, $2)">;
constexpr auto raise = weir::stmt<"update letters set attempt = attempt + 10 where id = $1">;
constexpr auto remove = weir::stmt<"delete from letters where id = $1">;
constexpr auto hold = weir::stmt<"select attempt from letters where id = $1 for update">;
constexpr auto look =
    weir::stmt<"select attempt from letters where id = $1", weir::postgres::statement_kind::read>;
constexpr auto remark = weir::stmt<"insert into remarks (text, letter) values ($1, $2)">;
constexpr auto store_many =
    weir::stmt<"insert into letters (id, attempt) select generate_series(1000, 1200), 1">;
constexpr auto set_up =
    weir::stmt<"insert into letters (id, attempt) values (101, 1), (102, 1), (103, 1), (104, 1)">;
constexpr auto hire = weir::stmt<
    "do $$ begin create role clerk login password 'pen'; grant insert on letters to clerk; end $$">;
constexpr auto all_rows = weir::stmt<
    "select coalesce(string_agg(row, ' '), '') from ("
    "select 'letter ' || l::text as row from letters l union all "
    "select 'remark ' || r::text from remarks r union all "
    "select 'in ' || i.message_id from weir_inbox i union all "
    "select 'out ' || o.message_id from weir_outbox o order by 1) as rows">;

std::uint64_t attempt_seen = 0;

weir::durable policy() {
  return weir::durable("letters").workers(1).retry(1, weir::fixed(1ms)).dead_letter("dlq.letters");
}

weir::task<> refuse(Letter, weir::tx&) {
  throw weir::error(weir::errc::conflict, weir::disposition::permanent, "not yet\nrepaired");
}

weir::task<> refuse_plainly(Letter) {
  throw weir::error(weir::errc::conflict, weir::disposition::permanent, "not yet repaired");
}

/// Every kind of change, in savepoints and beside them.
weir::task<> grant(Letter letter, weir::tx& db, const weir::meta& about) {
  attempt_seen = about.attempt;
  db.database().enqueue(store, letter.id, static_cast<std::int64_t>(about.stream_sequence));
  co_await db.exec(raise, std::int64_t{101});
  co_await db.database().savepoint([](weir::postgres::tx& in) -> weir::task<> {
    co_await in.exec(raise, std::int64_t{102});
    co_await in.exec(remove, std::int64_t{103});
  });
  co_await db.one<std::int64_t>(hold, std::int64_t{104});
  co_await db.exec(remark, letter.wish, letter.id);
  db.publish(Reply{letter.id});
}

weir::task<> grant_together(Letter letter, weir::unit& db) {
  const auto known = co_await db.one<std::int64_t>(look, std::int64_t{101});
  co_await db.exec(store, letter.id, known + 41);
  co_await db.exec(raise, letter.id);
  db.publish(Reply{letter.id});
}

weir::task<> grant_many(std::span<const Letter> letters, weir::tx& db, weir::batch& all) {
  for (std::size_t at = 0; at < letters.size(); ++at) {
    if (letters[at].wish == "fail") {
      all.fail(at, weir::error(weir::errc::not_found, weir::disposition::retry, "nobody"));
    } else {
      co_await db.exec(store, letters[at].id, std::int64_t{1});
    }
  }
}

weir::task<> grant_plainly(Letter letter, weir::publications& out) {
  out.publish(Reply{letter.id});
  co_return;
}

weir::task<> break_a_rule(Letter, weir::tx& db) {
  // Nobody has such a letter, which is found only at the commit.
  co_await db.exec(remark, std::string("lost"), std::int64_t{-7});
}

std::string others_conninfo;

/// Beside it one transaction commits and another one goes on.
weir::task<> grant_among_others(Letter letter, weir::tx& db) {
  co_await db.exec(raise, std::int64_t{101});
  weir::postgres::pool_options options;
  options.conninfo = others_conninfo;
  weir::postgres::pool others(options);
  co_await others.exec(store, std::int64_t{200}, std::int64_t{1});
  co_await others.exec(raise, std::int64_t{102});
  auto open = co_await others.begin();
  co_await open.exec(raise, std::int64_t{103});
  co_await db.exec(store, letter.id, std::int64_t{1});
  co_await open.rollback();
  co_await others.exec(remove, std::int64_t{104});
  co_await others.close();
}

weir::task<> write_much(Letter, weir::tx& db) { co_await db.exec(store_many); }

weir::task<> write_blindly(Letter letter, weir::tx& db) {
  co_await db.exec(store, letter.id, std::int64_t{1});
}

weir::task<> refuse_loudly(Letter, weir::tx&) {
  throw weir::error(weir::errc::conflict, weir::disposition::permanent,
                    "not \u009b31m yet \u00e9\u0080");
}

weir::task<> count_reply(Reply) { co_return; }

/// All that a trial must leave as it is.
weir::task<std::string> everything(weir::service_settings settings) {
  weir::nats::connection_options options;
  options.url = settings.nats.url;
  weir::nats::connection link(options);
  weir::nats::jetstream jetstream(link);
  weir::postgres::pool_options to_database;
  to_database.conninfo = settings.postgres.url;
  weir::postgres::pool database(to_database);
  std::string seen;
  for (const std::string name : {"LETTERS", "DLQ_LETTERS"}) {
    const auto stream = co_await jetstream.stream_info(name);
    seen += name + " " + std::to_string(stream.last_sequence) + " of " +
            std::to_string(stream.messages) + ", " + std::to_string(stream.consumers) + "; ";
  }
  const auto consumer = co_await jetstream.consumer_info("LETTERS", "letters");
  seen += std::to_string(consumer.delivered_consumer_sequence) + " delivered, floor " +
          std::to_string(consumer.ack_floor_consumer_sequence) + ", pending " +
          std::to_string(consumer.ack_pending) + "; ";
  seen += co_await database.one<std::string>(all_rows);
  co_await database.close();
  co_await link.close();
  co_return seen;
}

weir::task<> lay_out_letters(weir::nats::jetstream&, weir::postgres::pool& database) {
  co_await database.exec(set_up);
  co_await database.exec(hire);
}

/// An office with letters that a service has given up, and what another one would make of them.
class trial_office {
 public:
  explicit trial_office(const std::vector<std::string>& bodies) {
    std::vector<weir::test::sent_letter> letters;
    for (const auto& body : bodies) letters.push_back({body});
    weir::service refusing("letters-test");
    refusing.on<refuse>(policy());
    office_.deliver(refusing, letters, lay_out_letters);
  }

  const weir::service_settings& settings() const noexcept { return office_.settings(); }

  weir::detail::try_outcome tried(const weir::service& by, const std::string& name,
                                  bool json = false) {
    weir::loop home;
    const auto before = home.run(everything(office_.settings()));
    weir::detail::try_outcome outcome;
    std::exception_ptr failure;
    try {
      outcome = home.run(weir::detail::try_message(by, office_.settings(), {name, json}));
    } catch (...) {
      failure = std::current_exception();
    }
    const auto after = home.run(everything(office_.settings()));
    CHECK(after == before);
    if (failure) std::rethrow_exception(failure);
    return outcome;
  }

 private:
  post_office office_;
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a tx handler's rows before and after, and its events, are told and undone") {
  trial_office office({letter(1, "arrive"), letter(7, "arrive")});
  weir::service service("letters-test");
  service.on<grant>(policy());

  const auto outcome = office.tried(service, "DLQ_LETTERS:2");

  INFO(outcome.report);
  CHECK(outcome.succeeds);
  CHECK(attempt_seen == 1);
  CHECK(outcome.report ==
        "DLQ_LETTERS:2: message LETTERS:2 on letters.sent\n"
        "letters succeeds\n"
        "letters: 1 inserted, 2 updated, 1 deleted\n"
        "  + {\"id\": 7, \"attempt\": 2}\n"
        "  - {\"id\": 101, \"attempt\": 1}\n"
        "  + {\"id\": 101, \"attempt\": 11}\n"
        "  - {\"id\": 102, \"attempt\": 1}\n"
        "  + {\"id\": 102, \"attempt\": 11}\n"
        "  - {\"id\": 103, \"attempt\": 1}\n"
        "remarks: 1 inserted, 0 updated, 0 deleted\n"
        "  + {\"text\": \"arrive\", \"letter\": 7}\n"
        "event on letters.answered\n"
        "  {\"id\":7}\n"
        "Nothing of it was stored or published.\n");
}

TEST_CASE("the same as JSON") {
  trial_office office({letter(7, "arrive")});
  weir::service service("letters-test");
  service.on<grant>(policy());

  const auto outcome = office.tried(service, "DLQ_LETTERS:1", true);

  INFO(outcome.report);
  CHECK(outcome.report.starts_with(
      R"({"tried":"DLQ_LETTERS:1","stream":"LETTERS","sequence":1,"subject":"letters.sent",)"
      R"("consumer":"letters","succeeds":true)"));
  CHECK(contains(outcome.report, R"("table":"letters","inserted":1,"updated":2,"deleted":1,)"));
  CHECK(contains(outcome.report, R"({"before":{"id": 101, "attempt": 1},)"
                                 R"("after":{"id": 101, "attempt": 11}})"));
  CHECK(contains(outcome.report, R"("events":[{"subject":"letters.answered","body":{"id":7}}])"));
}

TEST_CASE("a unit handler reads, and what it keeps is executed and undone") {
  trial_office office({letter(7, "arrive")});
  weir::service service("letters-test");
  service.on<grant_together>(policy());

  const auto outcome = office.tried(service, "DLQ_LETTERS:1");

  CHECK(outcome.succeeds);
  CHECK(contains(outcome.report,
                 "letters: 1 inserted, 1 updated, 0 deleted\n"
                 "  + {\"id\": 7, \"attempt\": 52}\n"
                 "event on letters.answered\n"));
}

TEST_CASE("a batch handler gets the message alone") {
  trial_office office({letter(7, "arrive"), letter(8, "fail")});
  weir::service service("letters-test");
  service.on<grant_many>(policy());

  const auto good = office.tried(service, "DLQ_LETTERS:1");
  CHECK(contains(good.report, "  + {\"id\": 7, \"attempt\": 1}\nNothing"));
  const auto bad = office.tried(service, "DLQ_LETTERS:2");
  CHECK_FALSE(bad.succeeds);
  CHECK(contains(bad.report, "letters fails, weir:8, retry: nobody\n"));
}

TEST_CASE("of a plain handler the events are told, and nothing is sent") {
  trial_office office({letter(7, "arrive")});
  weir::service service("letters-test");
  service.on<grant_plainly>(policy());

  const auto outcome = office.tried(service, "DLQ_LETTERS:1");

  CHECK(outcome.succeeds);
  CHECK(contains(outcome.report, "letters succeeds\nevent on letters.answered\n  {\"id\":7}\n"));
}

TEST_CASE("a handler that fails is told with its code, by the database's rules as well") {
  trial_office office({letter(7, "arrive"), "not a letter"});
  weir::service service("letters-test");
  std::string name = "DLQ_LETTERS:1";
  std::string_view told;
  SUBCASE("itself") {
    service.on<refuse>(policy());
    told = "letters fails, weir:9, permanent: not yet repaired\n";
  }
  SUBCASE("with what a terminal would obey") {
    service.on<refuse_loudly>(policy());
    told = "letters fails, weir:9, permanent: not   31m yet \u00e9  \n";
  }
  SUBCASE("without a database") {
    service.on<refuse_plainly>(policy());
    told = "letters fails, weir:9, permanent: not yet repaired\n";
  }
  SUBCASE("with its commit") {
    service.on<break_a_rule>(policy());
    told = "remarks_letter_fkey";
  }
  SUBCASE("by a message that is no such event") {
    name = "DLQ_LETTERS:2";
    service.on<grant>(policy());
    told = "letters fails, weir:7, poison: ";
  }

  const auto outcome = office.tried(service, name);

  INFO(outcome.report);
  CHECK_FALSE(outcome.succeeds);
  CHECK(contains(outcome.report, told));
}

TEST_CASE("what others change meanwhile is not taken for the handler's") {
  post_office office;
  weir::service refusing("letters-test");
  refusing.on<refuse>(policy());
  office.deliver(refusing, {{letter(7, "arrive")}}, lay_out_letters);
  others_conninfo = office.settings().postgres.url;
  weir::service service("letters-test");
  service.on<grant_among_others>(policy());

  weir::loop home;
  const auto outcome =
      home.run(weir::detail::try_message(service, office.settings(), {"DLQ_LETTERS:1"}));

  CHECK(contains(outcome.report,
                 "letters: 1 inserted, 1 updated, 0 deleted\n"
                 "  - {\"id\": 101, \"attempt\": 1}\n"
                 "  + {\"id\": 101, \"attempt\": 11}\n"
                 "  + {\"id\": 7, \"attempt\": 1}\n"
                 "Nothing"));
}

TEST_CASE("many rows are only counted") {
  trial_office office({letter(7, "arrive")});
  weir::service service("letters-test");
  service.on<write_much>(policy());

  const auto outcome = office.tried(service, "DLQ_LETTERS:1");

  CHECK(contains(outcome.report,
                 "letters: 201 inserted, 0 updated, 0 deleted\n"
                 "  the rows are not shown: more than 100 rows\n"));
}

TEST_CASE("rows that the service may write and not read are only counted") {
  post_office office;
  weir::service refusing("letters-test");
  refusing.on<refuse>(policy());
  office.deliver(refusing, {{letter(7, "arrive")}}, lay_out_letters);
  weir::service_settings settings = office.settings();
  settings.postgres.url += "?user=clerk&password=pen";
  weir::service service("letters-test");
  service.on<write_blindly>(policy());

  weir::loop home;
  const auto outcome =
      home.run(weir::detail::try_message(service, settings, {"DLQ_LETTERS:1", false}));

  INFO(outcome.report);
  CHECK(outcome.succeeds);
  CHECK(contains(outcome.report,
                 "letters: 1 inserted, 0 updated, 0 deleted\n"
                 "  the rows are not shown: "));
  CHECK(contains(outcome.report, "permission denied"));
}

TEST_CASE("a server that is away is told, and nothing is said of the handler") {
  trial_office office({letter(7, "arrive")});
  weir::service service("letters-test");
  service.on<grant>(policy());
  weir::service_settings settings = office.settings();
  settings.postgres.url += "?port=1";

  weir::loop home;
  try {
    home.run(weir::detail::try_message(service, settings, {"DLQ_LETTERS:1", false}));
    FAIL("it was tried");
  } catch (const weir::error& failure) {
    CHECK(failure.is(weir::errc::unavailable));
  }
}

TEST_CASE("a stored message is tried with each handler of its subject") {
  trial_office office({letter(7, "arrive")});
  weir::service service("letters-test");
  service.on<grant_plainly>(policy())
      .on<grant_together>(weir::durable("others"))
      .on<count_reply>(weir::durable("replies"));

  const auto outcome = office.tried(service, "LETTERS:1");

  CHECK(outcome.report.starts_with("LETTERS:1: message LETTERS:1 on letters.sent\n"));
  CHECK(contains(outcome.report, "letters succeeds\nevent"));
  CHECK(contains(outcome.report, "others succeeds\nletters: 1 inserted"));
  CHECK_FALSE(contains(outcome.report, "replies"));
}

TEST_CASE("what cannot be tried is refused, and by whom it could be is told") {
  trial_office office({letter(7, "arrive")});
  weir::service service("letters-test");
  service.on<count_reply>(weir::durable("replies"));
  std::string name = "DLQ_LETTERS:1";
  weir::errc code = weir::errc::invalid_argument;
  std::string_view why = "replies (letters.answered from LETTERS)";
  SUBCASE("the letter of another service") {}
  SUBCASE("a message of another service") { name = "LETTERS:1"; }
  SUBCASE("no name") {
    name = "LETTERS";
    why = "DLQ_ORDERS:3";
  }
  SUBCASE("no such letter") {
    name = "DLQ_LETTERS:2";
    code = weir::errc::not_found;
    why = "there is no message DLQ_LETTERS:2";
  }
  SUBCASE("no such stream") {
    name = "DLQ_BILLS:2";
    code = weir::errc::not_found;
    why = "there is no message DLQ_BILLS:2";
  }

  try {
    office.tried(service, name);
    FAIL("it was tried");
  } catch (const weir::error& failure) {
    CHECK(failure.is(code));
    CHECK(contains(failure.message(), why));
  }
}

TEST_SUITE_END();
