// SPDX-License-Identifier: Apache-2.0
// A handler in each of its forms: its effects are there once, wherever it is
// stopped.
#include <doctest/doctest.h>

#include <cstdlib>

#include "answering_service.hpp"
#include "private_servers.hpp"
#include "seed.hpp"
#include "weir/service/service.hpp"

TEST_SUITE_BEGIN("crash.services");

using namespace std::chrono_literals;

namespace {

constexpr auto read_table = weir::stmt<"select id from letters order by id">;

weir::durable policy() { return weir::test::stubborn(4); }

/// Three letters, of which the second is none.
weir::task<> publish_three(weir::nats::jetstream& jetstream, weir::postgres::pool& database) {
  std::vector<std::string> bodies = {weir::json::encode(Letter{1, ""}), "no letter",
                                     weir::json::encode(Letter{3, ""})};
  co_await weir::test::publish_letters(jetstream, database, std::move(bodies));
}

weir::task<std::string> look_at_letters(weir::nats::jetstream& jetstream,
                                        weir::postgres::pool& database) {
  std::string seen = "stored";
  for (const auto id : co_await database.query<std::int64_t>(read_table)) {
    seen += ' ' + std::to_string(id);
  }
  seen += ", answered";
  const auto answered = co_await weir::test::count_answers(jetstream);
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
  SUBCASE("in a transaction of its own") { app.on<weir::test::store_alone>(policy()); }
  SUBCASE("in a group commit") { app.on<weir::test::store_together>(policy()); }
  SUBCASE("in a batch") { app.on<weir::test::store_many>(policy()); }
  SUBCASE("ordered by its key") {
    app.on<weir::test::store_together>(policy().ordered_by<&Letter::id>());
  }
  weir::test::crash_case letters = weir::test::crash_case_of(app);
  letters.prepare = publish_three;
  letters.look = look_at_letters;

  const auto report = weir::test::crash_sweep(letters, servers.both, sampled());

  INFO(to_string(report));
  CHECK(report.findings.empty());
  CHECK(report.points > 50);
}

TEST_SUITE_END();
