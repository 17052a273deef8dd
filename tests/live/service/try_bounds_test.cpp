// SPDX-License-Identifier: Apache-2.0
// --try: what a handler on trial is told of its message, and what it cannot do.
#include <doctest/doctest.h>

#include "fixture.hpp"
#include "try_message.hpp"

TEST_SUITE_BEGIN("service.try");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::post_office;

namespace {

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, 1)">;
constexpr auto remark = weir::stmt<"insert into remarks (text, letter) values ($1, $2)">;
constexpr auto set_up = weir::stmt<
    "do $$ begin insert into letters values (101, 1); create schema archive; "
    "create table archive.letters (id bigint primary key, attempt bigint not null); "
    "insert into archive.letters values (900, 1); end $$">;
constexpr auto look = weir::stmt<"select attempt from letters where id = 101">;
constexpr auto read_and_write =
    weir::stmt<"update letters set attempt = 99 where id = 101 and id <> $1 returning attempt",
               weir::postgres::statement_kind::read>;
constexpr auto read_idle_limit =
    weir::stmt<"select current_setting('idle_in_transaction_session_timeout')",
               weir::postgres::statement_kind::read>;
/// As a service does that has handled it.
constexpr auto enter_version = weir::stmt<
    "insert into weir_versions (consumer, key, version) values ('LETTERS/letters', 'arrive', $1)">;
constexpr auto file_away = weir::stmt<
    "do $$ begin set local search_path to archive; "
    "update letters set attempt = 5 where id = 900; end $$">;

std::string told_of_message;

weir::durable policy() {
  return weir::durable("letters").workers(1).retry(1, weir::fixed(1ms)).dead_letter("dlq.letters");
}

weir::task<> refuse(Letter, weir::tx&) {
  throw weir::error(weir::errc::conflict, weir::disposition::permanent, "not yet repaired");
}

/// What a handler is told beside its event.
weir::task<> look_at_message(Letter, weir::tx&, const weir::meta& about) {
  told_of_message = std::string(about.message_id) + " of " + std::string(about.correlation_id) +
                    " from " + std::string(about.header("from").value_or("nobody"));
  told_of_message += about.header("Weir-Cause") ? ", a letter" : "";
  co_return;
}

weir::task<> write_blindly(Letter letter, weir::tx& db) { co_await db.exec(store, letter.id); }

/// A read that is none, which nothing but the server refuses.
weir::task<> grant_in_passing(Letter letter, weir::unit& db) {
  co_await db.maybe<std::int64_t>(read_and_write, letter.id);
}

weir::task<> tell_idle_limit(Letter letter, weir::tx& db) {
  const auto limit = co_await db.one<std::string>(read_idle_limit);
  co_await db.exec(remark, limit, letter.id);
}

weir::task<> file_letters(Letter, weir::tx& db) { co_await db.exec(file_away); }

weir::task<> lay_out(weir::nats::jetstream&, weir::postgres::pool& database) {
  co_await database.exec(set_up);
}

/// Runs a task on the database alone.
template <class Work>
weir::task<> in_database(const weir::service_settings& settings, Work work) {
  weir::postgres::pool_options options;
  options.conninfo = settings.postgres.url;
  weir::postgres::pool database(options);
  co_await work(database);
  co_await database.close();
}

weir::task<> remember_version_7(weir::postgres::pool& database) {
  co_await database.exec(enter_version, std::int64_t{7});
}

weir::task<> check_unchanged(weir::postgres::pool& database) {
  const auto attempt = co_await database.one<std::int64_t>(look);
  CHECK(attempt == 1);
}

/// An office with letters that a service has given up.
class given_up {
 public:
  explicit given_up(const std::vector<weir::test::sent_letter>& letters) {
    weir::service refusing("letters-test");
    refusing.on<refuse>(policy());
    office_.deliver(refusing, letters, lay_out);
  }

  weir::detail::try_outcome tried(const weir::service& by, const std::string& name,
                                  bool json = false) {
    return weir::loop().run(weir::detail::try_message(by, office_.settings(), {name, json}));
  }
  template <class Work>
  void in_database(Work work) {
    weir::loop().run(::in_database(office_.settings(), work));
  }

 private:
  post_office office_;
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a handler on trial is told of its message what it would be told") {
  const weir::nats::headers marked{{"from", "auntie"}, {"Weir-Correlation-Id", "christmas"}};
  given_up office({{letter(7, "arrive"), "m7", marked}, {letter(8, "wish-8"), "m8"}});
  weir::service service("letters-test");
  std::string name = "DLQ_LETTERS:1";
  std::string told = "m7 of christmas from auntie";
  SUBCASE("of a letter") { service.on<look_at_message>(policy()); }
  SUBCASE("of a stored message") {
    name = "LETTERS:1";
    service.on<look_at_message>(policy());
  }
  SUBCASE("without such headers") {
    name = "DLQ_LETTERS:2";
    told = "m8 of m8 from nobody";
    service.on<look_at_message>(policy());
  }
  SUBCASE("whose event has an id of its own") {
    name = "LETTERS:2";
    told = "wish-8 of wish-8 from nobody";
    service.on<look_at_message>(policy().identified_by<&Letter::wish>());
  }

  const auto outcome = office.tried(service, name);

  CHECK(outcome.succeeds);
  CHECK(told_of_message == told);
}

TEST_CASE("a message whose version is not newer is skipped by a trial") {
  given_up office({{letter(7, "arrive")}, {letter(8, "arrive")}});
  office.in_database(remember_version_7);
  weir::service service("letters-test");
  service.on<write_blindly>(policy().skip_older<&Letter::wish, &Letter::id>());

  const auto old = office.tried(service, "DLQ_LETTERS:1");
  CHECK(old.succeeds);
  CHECK(contains(old.report,
                 "letters skips it: its version is not newer than the one handled last\nNothing"));
  const auto later = office.tried(service, "DLQ_LETTERS:2", true);
  CHECK(contains(later.report, R"("succeeds":true,"is_outdated":false)"));
}

TEST_CASE("a read of a unit on trial that writes is refused") {
  given_up office({{letter(7, "arrive")}});
  weir::service service("letters-test");
  service.on<grant_in_passing>(policy());

  const auto outcome = office.tried(service, "DLQ_LETTERS:1");

  CHECK_FALSE(outcome.succeeds);
  CHECK(contains(outcome.report, "in a read-only transaction"));
  office.in_database(check_unchanged);
}

TEST_CASE("a trial that stands still keeps its locks for a while only") {
  given_up office({{letter(101, "arrive")}});
  weir::service service("letters-test");
  service.on<tell_idle_limit>(policy().deadline(10s));

  const auto outcome = office.tried(service, "DLQ_LETTERS:1");

  CHECK(contains(outcome.report, "  + {\"text\": \"40s\", \"letter\": 101}\n"));
}

TEST_CASE("a table that only the handler searches for is the one that is told") {
  given_up office({{letter(7, "arrive")}});
  weir::service service("letters-test");
  service.on<file_letters>(policy());

  const auto outcome = office.tried(service, "DLQ_LETTERS:1");

  CHECK(contains(outcome.report,
                 "archive.letters: 0 inserted, 1 updated, 0 deleted\n"
                 "  - {\"id\": 900, \"attempt\": 1}\n"
                 "  + {\"id\": 900, \"attempt\": 5}\n"));
}

TEST_SUITE_END();
