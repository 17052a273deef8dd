// SPDX-License-Identifier: Apache-2.0
#include <random>
#include <regex>

#include "byte_cutter.hpp"
#include "fixture.hpp"
#include "seed.hpp"
#include "stock.hpp"
#include "watchdog.hpp"
#include "weir/postgres/bulk.hpp"
#include "weir/postgres/copy.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::pool;
using shop::stock;
using shop::stocks;
using weir::test::byte_cutter;
using weir::test::options_for;
using weir::test::run_elsewhere;

constexpr std::chrono::seconds many_connections{240};
constexpr int rounds = 60;
constexpr std::int64_t rows_a_round = 300;

enum class told { stored, not_stored, unknown };

/// The rows of one round: their ids say which.
std::vector<stock> rows_of(int round) {
  std::vector<stock> rows;
  for (std::int64_t at = 0; at < rows_a_round; ++at) {
    rows.push_back({round * rows_a_round + at, std::string(300, 'x'), {}});
  }
  return rows;
}

task<> copy_some(pool& db, int round) {
  auto into = co_await copy_in(db, stocks);
  co_await into.write(rows_of(round));
  co_await into.finish();
}

task<> upsert_some(pool& db, int round) {
  const std::vector<stock> rows = rows_of(round);
  co_await bulk_upsert(db, shop::stock_by_id, rows);
}

task<told> outcome_of(task<> work) {
  try {
    co_await std::move(work);
  } catch (const postgres::error& failure) {
    co_return failure.commit_unknown() ? told::unknown : told::not_stored;
  }
  co_return told::stored;
}

/// Cuts each round somewhere, in one direction or the other; a byte that is never reached cuts not.
template <class Work>
task<> cut_rounds(pool& db, byte_cutter& between, Work work, std::vector<told>& all) {
  std::mt19937_64 random(weir::test::seed());
  for (int round = 0; round < rounds; ++round) {
    postgres::transaction warm = co_await db.begin();
    co_await warm.exec(stmt<"select 1">);
    co_await warm.rollback();
    const bool is_answer = random() % 2 == 0;
    between.cut_after(
        is_answer ? byte_cutter::direction::to_client : byte_cutter::direction::to_server,
        1 + random() % (is_answer ? 1'500 : 120'000));
    const told outcome = co_await outcome_of(work(db, round));
    all.push_back(outcome);
    between.cut_after(byte_cutter::direction::to_client, byte_cutter::never);
  }
}

template <class Work>
std::vector<told> cut_everywhere(const std::string& schema, Work work) {
  weir::test::allow(many_connections);
  postgres::pool_options options = options_for(schema);
  run_elsewhere("create table " + schema +
                ".stock (id bigint primary key, name text, \"left\" integer)");
  options.max_connections = 1;
  options.acquire_timeout = 20s;
  std::smatch port;
  REQUIRE(std::regex_search(options.conninfo, port, std::regex(":([0-9]+)/")));
  std::vector<told> all;
  loop here;
  const auto body = [&](scope& children) -> task<> {
    byte_cutter between(static_cast<std::uint16_t>(std::stoi(port[1])));
    options.conninfo.replace(static_cast<std::size_t>(port.position(1)),
                             static_cast<std::size_t>(port.length(1)),
                             std::to_string(between.port()));
    children.spawn(between.serve());
    auto use = [&](pool& db) { return cut_rounds(db, between, work, all); };
    co_await weir::test::with_pool(options, use);
    co_await children.close();
  };
  here.run(with_scope(body));
  return all;
}

/// Each round is stored as a whole or not at all, and as it was told.
void check_against(const std::string& schema, const std::vector<told>& all) {
  while (run_elsewhere("select count(*) from pg_stat_activity where backend_type = 'client backend'"
                       " and pid <> pg_backend_pid()") != "0") {
  }
  for (std::size_t round = 0; round < all.size(); ++round) {
    const std::string count =
        run_elsewhere("select count(*) from " + schema + ".stock where id / " +
                      std::to_string(rows_a_round) + " = " + std::to_string(round));
    CAPTURE(round);
    const bool is_stored = count == std::to_string(rows_a_round);
    CHECK((is_stored || count == "0"));
    if (all[round] != told::unknown) CHECK(is_stored == (all[round] == told::stored));
  }
  // Some were cut, and some were not.
  const auto stored = static_cast<std::size_t>(std::count(all.begin(), all.end(), told::stored));
  CHECK(stored > 0);
  CHECK(stored < all.size());
}

}  // namespace

TEST_SUITE("postgres.copy_cut") {
  TEST_CASE("wherever the connection of a COPY is cut, what is told is what is stored") {
    const std::vector<told> all = cut_everywhere("cut_copy", copy_some);
    check_against("cut_copy", all);
  }

  TEST_CASE("wherever the connection of a bulk upsert is cut, what is told is what is stored") {
    check_against("cut_upsert", cut_everywhere("cut_upsert", upsert_some));
  }

  TEST_CASE("rows that are cut off are an error, not the end") {
    weir::test::allow(many_connections);
    postgres::pool_options options = options_for("cut_out");
    loop here;
    std::smatch port;
    REQUIRE(std::regex_search(options.conninfo, port, std::regex(":([0-9]+)/")));
    const auto read = [](pool& db, byte_cutter& between) -> task<> {
      auto all = copy_out<stock>(db, stmt<"select n::bigint as id, 'x' as name, 1 as \"left\""
                                          " from generate_series(1, 100000) as n">);
      auto first = co_await all.next();
      REQUIRE(first.has_value());
      between.cut_after(byte_cutter::direction::to_client, 500'000);
      std::optional<postgres::error> lost;
      try {
        while (first) first = co_await all.next();
      } catch (const postgres::error& failure) {
        lost = failure;
      }
      REQUIRE(lost.has_value());
      CHECK(lost->sqlstate() == "08006");
      CHECK(lost->retry_transaction());
    };
    const auto body = [&](scope& children) -> task<> {
      byte_cutter between(static_cast<std::uint16_t>(std::stoi(port[1])));
      options.conninfo.replace(static_cast<std::size_t>(port.position(1)),
                               static_cast<std::size_t>(port.length(1)),
                               std::to_string(between.port()));
      children.spawn(between.serve());
      auto use = [&](pool& db) { return read(db, between); };
      co_await weir::test::with_pool(options, use);
      co_await children.close();
    };
    here.run(with_scope(body));
  }
}
