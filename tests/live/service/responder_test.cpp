// SPDX-License-Identifier: Apache-2.0
// Requests answered in a transaction, on real servers.
#include <doctest/doctest.h>

#include <csignal>
#include <functional>
#include <stdexcept>

#include "fixture.hpp"
#include "running_service.hpp"
#include "watchdog.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/nats/request.hpp"
#include "weir/scope.hpp"
#include "weir/service/ask.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

TEST_SUITE_BEGIN("service.responder");

using namespace std::chrono_literals;

namespace {

/// What is asked of these services.
struct Purchase {
  std::int64_t id;
  std::string wish = {};
};
struct Receipt {
  std::int64_t id;
};

}  // namespace

template <>
struct weir::bind<Purchase> : weir::request_to<"purchases.make", Receipt> {};

namespace {

constexpr auto make_tables = weir::stmt<
    "create table letters (id bigint primary key check (id >= 0), attempt bigint not null)">;
constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, 1)">;
constexpr auto count_stored = weir::stmt<"select count(*) from letters">;
constexpr auto count_unsent = weir::stmt<"select count(*) from weir_outbox">;
constexpr auto dawdle = weir::stmt<"do $$ begin perform pg_sleep(3600); end $$">;
constexpr auto collide =
    weir::stmt<"do $$ begin raise exception 'too busy' using errcode = '40001'; end $$">;

constexpr weir::nats::request_options patiently = {.timeout = 30s};

int handled = 0;
int waiting = 0;
weir::manual_reset_event* go_on = nullptr;

weir::task<Receipt> sell(Purchase wanted, weir::tx& db) {
  ++handled;
  co_await db.exec(store, wanted.id);
  db.publish(Reply{wanted.id});
  if (wanted.wish == "fail") throw std::runtime_error("sold out");
  if (wanted.wish == "find nothing") {
    throw weir::error(weir::errc::not_found, weir::disposition::permanent, "no such thing");
  }
  if (wanted.wish == "dawdle") co_await db.exec(dawdle);
  if (wanted.wish == "collide") co_await db.exec(collide);
  if (wanted.wish == "wait") {
    ++waiting;
    co_await go_on->wait();
  }
  co_return Receipt{wanted.id};
}

/// What a story has to do with.
struct counter {
  weir::nats::connection& asking;
  weir::nats::jetstream& jetstream;
  weir::postgres::pool& database;
  weir::servers::postgres_server& postgres;
  weir::scope& programs;
};
using story = std::function<weir::task<>(counter)>;

weir::task<> make_stream(weir::nats::jetstream& jetstream) {
  weir::nats::stream_config stream;
  stream.name = Letters::name;
  stream.subjects = {"letters.>"};
  co_await jetstream.ensure_stream(stream);
}

weir::task<> run_quietly(const weir::service& which, const weir::service_settings& settings) {
  co_await weir::detail::run_service(which, settings);
}

/// Programs that run on the same loop; the story begins when the first one answers.
struct shop {
  weir::servers::nats_server nats;
  weir::servers::postgres_server postgres;
  weir::service_settings settings;

  shop() {
    nats.start();
    postgres.start();
    settings = {.nats = {.url = nats.url()},
                .postgres = {.url = postgres.conninfo(), .connections = 4}};
  }

  void play(const weir::service& which, int programs, const story& told) {
    weir::test::allow(120s);
    handled = 0;
    waiting = 0;
    weir::loop home;
    home.run(run(which, programs, told));
  }

  weir::task<> run(const weir::service& which, int programs, const story& told) {
    weir::nats::connection_options to_nats;
    to_nats.url = settings.nats.url;
    weir::nats::connection link(to_nats);
    weir::nats::jetstream jetstream(link);
    weir::postgres::pool_options to_database;
    to_database.conninfo = settings.postgres.url;
    weir::postgres::pool database(to_database);
    std::exception_ptr failure;
    weir::scope running;
    try {
      co_await database.exec(make_tables);
      co_await make_stream(jetstream);
      for (int count = 0; count < programs; ++count) running.spawn(run_quietly(which, settings));
      const counter open{link, jetstream, database, postgres, running};
      co_await weir::with_timeout(60s, told(open));
      // One of them reads the signal; another one gets the next.
      while (running.size() > 0) {
        const auto alive = running.size();
        pthread_kill(pthread_self(), SIGTERM);
        while (running.size() == alive) co_await weir::sleep(5ms);
      }
      co_await running.join();
    } catch (...) {
      failure = std::current_exception();
    }
    co_await running.close();
    co_await database.close();
    co_await link.close();
    if (failure) std::rethrow_exception(failure);
  }
};

/// Asks until somebody is there who answers.
weir::task<weir::result<Receipt>> ask_when_there(weir::nats::connection& link, std::int64_t id,
                                                 std::string wish = "") {
  const Purchase wanted{id, std::move(wish)};
  for (;;) {
    auto got = co_await weir::ask(link, wanted, patiently).as_result();
    const bool nobody = !got && got.error().message().find("no responders") != std::string::npos;
    if (!nobody) co_return got;
    co_await weir::sleep(5ms);
  }
}

weir::task<std::uint64_t> letters_in(weir::nats::jetstream& jetstream) {
  const auto now = co_await jetstream.stream_info(std::string(Letters::name));
  co_return now.messages;
}

weir::task<> until_sent(counter at, std::uint64_t events) {
  for (;;) {
    const auto left = co_await at.database.one<std::int64_t>(count_unsent);
    const auto there = co_await letters_in(at.jetstream);
    if (left == 0 && there == events) co_return;
    co_await weir::sleep(5ms);
  }
}

weir::task<> buy(counter at) {
  const auto got = co_await ask_when_there(at.asking, 7);
  REQUIRE(got.has_value());
  CHECK(got->id == 7);
  const auto stored = co_await at.database.one<std::int64_t>(count_stored);
  CHECK(stored == 1);
  co_await until_sent(at, 1);
  const auto event = co_await at.jetstream.get_message(std::string(Letters::name), 1);
  CHECK(event.subject == "letters.answered");
  CHECK(event.payload == R"({"id":7})");
}

weir::task<> buy_in_vain(counter at) {
  const auto failed = co_await ask_when_there(at.asking, 1, "fail");
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().message() == "purchases.make was answered with the error 500: sold out");
  const auto missing = co_await ask_when_there(at.asking, 2, "find nothing");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().is(weir::errc::not_found));
  const auto refused = co_await ask_when_there(at.asking, -1);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message().find("error 500") != std::string::npos);
  CHECK(refused.error().message().find("letters_id_check") != std::string::npos);
  const auto stored = co_await at.database.one<std::int64_t>(count_stored);
  CHECK(stored == 0);

  const auto bought = co_await ask_when_there(at.asking, 3);
  CHECK(bought.has_value());
  co_await until_sent(at, 1);
}

weir::task<> buy_too_slowly(counter at) {
  const auto late = co_await ask_when_there(at.asking, 1, "dawdle");
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().is(weir::errc::deadline_exceeded));
  const auto busy = co_await ask_when_there(at.asking, 2, "collide");
  REQUIRE_FALSE(busy.has_value());
  CHECK(busy.error().is(weir::errc::unavailable));
  CHECK(busy.error().message().find("too busy") != std::string::npos);
  CHECK(handled > 2);  // The pool has tried it more than once.
  const auto stored = co_await at.database.one<std::int64_t>(count_stored);
  CHECK(stored == 0);
}

weir::task<> buy_without_database(counter at) {
  const auto before = co_await ask_when_there(at.asking, 1);
  REQUIRE(before.has_value());
  at.postgres.kill_hard();
  const auto meanwhile = co_await ask_when_there(at.asking, 2);
  REQUIRE_FALSE(meanwhile.has_value());
  CHECK(meanwhile.error().is(weir::errc::unavailable));
  CHECK(meanwhile.error().message().find("error 503") != std::string::npos);
  at.postgres.start();
  // The pool is still on its way back.
  auto after = co_await ask_when_there(at.asking, 3);
  while (!after && after.error().is(weir::errc::unavailable)) {
    after = co_await ask_when_there(at.asking, 3);
  }
  REQUIRE(after.has_value());
  const auto stored = co_await at.database.one<std::int64_t>(count_stored);
  CHECK(stored == 2);
}

weir::task<> buy_and_note(counter at, std::int64_t id, std::string wish,
                          std::vector<std::int64_t>& receipts) {
  const auto got = co_await ask_when_there(at.asking, id, wish);
  receipts.push_back(got ? got->id : -1);
}

weir::task<> end_meanwhile(counter at) {
  weir::manual_reset_event released;
  go_on = &released;
  std::vector<std::int64_t> receipts;
  weir::scope people;
  people.spawn(buy_and_note(at, 1, "wait", receipts));
  while (waiting == 0) co_await weir::sleep(1ms);
  pthread_kill(pthread_self(), SIGTERM);
  for (std::int64_t id = 2;; ++id) {
    const Purchase wanted{id};
    const auto late = co_await weir::ask(at.asking, wanted).as_result();
    if (!late && late.error().message().find("no responders") != std::string::npos) break;
  }
  const auto before = co_await at.database.one<std::int64_t>(count_stored);
  released.set();
  co_await people.join();
  CHECK(receipts == std::vector<std::int64_t>{1});
  co_await at.programs.join();
  const auto after = co_await at.database.one<std::int64_t>(count_stored);
  CHECK(after == before + 1);
  const auto events = co_await letters_in(at.jetstream);
  CHECK(events == static_cast<std::uint64_t>(after));
  const auto unsent = co_await at.database.one<std::int64_t>(count_unsent);
  CHECK(unsent == 0);
}

weir::task<> buy_without_stream(counter at) {
  const auto first = co_await ask_when_there(at.asking, 1);
  CHECK(first.has_value());
  co_await until_sent(at, 1);
  co_await at.jetstream.delete_stream(std::string(Letters::name));
  const auto second = co_await ask_when_there(at.asking, 2);
  CHECK(second.has_value());
  const auto unsent = co_await at.database.one<std::int64_t>(count_unsent);
  CHECK(unsent == 1);
  co_await make_stream(at.jetstream);
  co_await until_sent(at, 1);
}

weir::task<> look_it_up(counter at) {
  const auto answered = co_await ask_when_there(at.asking, 1);
  CHECK(answered.has_value());
  const weir::nats::subject info("$SRV.INFO.shop-test");
  const auto told = co_await weir::nats::request(at.asking, info, "");
  const std::string text(told.payload());
  CAPTURE(text);
  CHECK(text.find(R"("name":"buy","subject":"purchases.make","queue_group":"q")") !=
        std::string::npos);
  const weir::nats::subject stats("$SRV.STATS.shop-test");
  const auto counted = co_await weir::nats::request(at.asking, stats, "");
  CHECK(counted.payload().find(R"("num_requests":1,"num_errors":0)") != std::string_view::npos);
  // Its health, of the endpoint and of the service.
  const std::string_view data = R"("data":{"service":"shop-test","question":"readyz","ok":true)";
  CHECK(counted.payload().find(data) != std::string_view::npos);
  CHECK(counted.payload().rfind(data) != counted.payload().find(data));
}

weir::task<std::size_t> programs_found(weir::nats::connection& link) {
  const weir::nats::subject who("$SRV.PING.shop-test");
  auto answers = weir::nats::request_many(link, who, "", {.timeout = 500ms, .max_answers = 2});
  std::size_t count = 0;
  for (;;) {
    const auto one = co_await answers.next().as_result();
    if (!one || !*one) break;
    ++count;
  }
  co_return count;
}

weir::task<> ask_both(counter at) {
  constexpr std::int64_t asked = 64;
  while (co_await programs_found(at.asking) < 2) co_await weir::sleep(5ms);
  std::vector<std::int64_t> receipts;
  weir::scope people;
  for (std::int64_t id = 0; id < asked; ++id) people.spawn(buy_and_note(at, id, "", receipts));
  co_await people.join();
  std::ranges::sort(receipts);
  CHECK(receipts.size() == asked);
  CHECK(receipts.front() == 0);
  CHECK(handled == asked);
}

weir::service selling() {
  weir::service made("shop-test");
  made.without_statement_check().on<sell>(weir::endpoint("buy"));
  return made;
}

}  // namespace

TEST_CASE("what a responder stores is committed before its reply, and its event follows") {
  shop open;
  open.play(selling(), 1, buy);
}

TEST_CASE("an event whose stream is away delays no reply, and is sent when the stream is there") {
  shop open;
  open.play(selling(), 1, buy_without_stream);
}

TEST_CASE("of a request that fails nothing is left, and who asks is told why") {
  shop open;
  open.play(selling(), 1, buy_in_vain);
}

TEST_CASE("SQL past the deadline is cancelled: 504; and what can only be tried again is a 503") {
  weir::service impatient("shop-test");
  impatient.without_statement_check().on<sell>(weir::endpoint("buy").deadline(1s));
  shop open;
  open.play(impatient, 1, buy_too_slowly);
}

TEST_CASE("while the database is away requests are answered with 503, and as ever afterwards") {
  shop open;
  open.play(selling(), 1, buy_without_database);
}

TEST_CASE("a service that ends takes no more requests and answers those that run") {
  shop open;
  open.play(selling(), 1, end_meanwhile);
}

TEST_CASE("a service is found with its endpoints and what they have done") {
  shop open;
  open.play(selling(), 1, look_it_up);
}

TEST_CASE("two programs of a service share the requests") {
  shop open;
  open.play(selling(), 2, ask_both);
}

TEST_CASE("a service that handles its backlog answers no requests, and ends") {
  weir::test::allow(60s);
  shop closed;
  const weir::service which = selling();
  weir::loop home;

  const std::string summary = home.run(
      weir::detail::run_service(which, closed.settings, weir::detail::run_until::backlog_done));

  CHECK(summary.find(R"("answered":0)") != std::string::npos);
}

TEST_SUITE_END();
