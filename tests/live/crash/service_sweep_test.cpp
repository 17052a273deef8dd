// SPDX-License-Identifier: Apache-2.0
// A handler in each of its forms: its effects are there once, wherever it is
// stopped.
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>

#include "letters.hpp"
#include "private_servers.hpp"
#include "seed.hpp"
#include "weir/service/service.hpp"

TEST_SUITE_BEGIN("crash.services");

using namespace std::chrono_literals;

namespace {

constexpr auto make_table = weir::stmt<"create table letters (id bigint not null)">;
// Nothing keeps a row from being there twice but what weir does.
constexpr auto store = weir::stmt<"insert into letters (id) values ($1)">;
constexpr auto read_table = weir::stmt<"select id from letters order by id">;

weir::task<> one_by_one(Letter letter, weir::tx& db) {
  co_await db.exec(store, letter.id);
  db.publish(Reply{letter.id});
}

weir::task<> together(Letter letter, weir::unit& db) {
  db.exec(store, letter.id);
  db.publish(Reply{letter.id});
  co_return;
}

weir::task<> in_batches(std::span<const Letter> letters, weir::tx& db) {
  for (const auto& letter : letters) {
    db.database().enqueue(store, letter.id);
    db.publish(Reply{letter.id});
  }
  co_return;
}

weir::durable policy() {
  return weir::durable("letters")
      .workers(4)
      .retry(50, weir::fixed(100ms))
      .deadline(1s)
      .ack_wait(1s)
      .dead_letter("dlq.letters");
}

/// Three letters, of which the second is none.
weir::task<> publish_letters(weir::nats::jetstream& jetstream, weir::postgres::pool& database) {
  co_await database.exec(make_table);
  weir::nats::stream_config stream;
  stream.name = Letters::name;
  stream.subjects = {"letters.>"};
  co_await jetstream.ensure_stream(std::move(stream));
  const weir::nats::subject to(weir::bind<Letter>::subject);
  for (const std::string& body : {weir::json::encode(Letter{1, ""}), std::string("no letter"),
                                  weir::json::encode(Letter{3, ""})}) {
    co_await jetstream.publish(to, body);
  }
}

weir::task<std::string> look_at_letters(weir::nats::jetstream& jetstream,
                                        weir::postgres::pool& database) {
  std::string seen = "stored";
  for (const auto id : co_await database.query<std::int64_t>(read_table)) {
    seen += ' ' + std::to_string(id);
  }
  std::map<std::int64_t, int> answered;
  const auto letters = co_await jetstream.stream_info("LETTERS");
  for (auto at = letters.first_sequence; at <= letters.last_sequence; ++at) {
    const auto stored = co_await jetstream.get_message("LETTERS", at);
    if (stored.subject != weir::bind<Reply>::subject) continue;
    ++answered[weir::json::decode<Reply>(stored.payload).value().id];
  }
  seen += ", answered";
  for (const auto& [id, times] : answered) {
    seen += ' ' + std::to_string(id) + (times == 1 ? "" : " x" + std::to_string(times));
  }
  const auto dead = co_await jetstream.stream_info("DLQ_LETTERS");
  co_return seen + ", dead " + std::to_string(dead.messages);
}

/// Some points, others with each seed; all of them where WEIR_SWEEP is "all".
weir::test::crash_sweep_options sampled() {
  weir::test::crash_sweep_options options;
  const char* wish = std::getenv("WEIR_SWEEP");
  if (wish != nullptr && std::string_view(wish) == "all") return options;
  options.step = 8;
  options.first = 1 + weir::test::seed() % options.step;
  options.freeze_step = 48;
  return options;
}

}  // namespace

TEST_CASE("a service's effects are there once wherever it is stopped") {
  weir::test::private_servers servers;
  weir::service app("letters-test");
  app.without_statement_check();  // Those of the other programs here have no tables.
  SUBCASE("in a transaction of its own") { app.on<one_by_one>(policy()); }
  SUBCASE("in a group commit") { app.on<together>(policy()); }
  SUBCASE("in a batch") { app.on<in_batches>(policy()); }
  SUBCASE("ordered by its key") { app.on<together>(policy().ordered_by<&Letter::id>()); }
  weir::test::crash_case letters = weir::test::crash_case_of(app);
  letters.prepare = publish_letters;
  letters.look = look_at_letters;

  const auto report = weir::test::crash_sweep(letters, servers.both, sampled());

  INFO(to_string(report));
  CHECK(report.findings.empty());
  CHECK(report.points > 50);
}

TEST_SUITE_END();
