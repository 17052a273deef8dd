// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <regex>

#include "byte_cutter.hpp"
#include "fixture.hpp"
#include "seed.hpp"
#include "watchdog.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::pool;
using weir::test::byte_cutter;
using weir::test::options_for;
using weir::test::run_elsewhere;

constexpr auto insert = stmt<"insert into items values ($1)">;
constexpr std::chrono::seconds many_connections{240};
/// One byte of so many is the last of a connection.
constexpr std::size_t stride = 4;

/// What a commit said of itself.
enum class told { stored, not_stored, unknown };

/// The ways in which a transaction is sent.
enum class shape { awaited, enqueued, always_known };

task<told> commit(postgres::transaction& work, shape how, std::int64_t id) {
  try {
    work.enqueue(insert, id);
    if (how == shape::awaited) {
      // A new connection learns something of the server with the first, of the transaction with the
      // second.
      co_await work.exec(insert, -id);
      co_await work.exec(insert, -id);
    }
    co_await work.commit();
  } catch (const postgres::error& failure) {
    co_return failure.commit_unknown() ? told::unknown : told::not_stored;
  }
  co_return told::stored;
}

/// What the transactions told, by their number.
using record = std::map<std::int64_t, told>;

/// One transaction whose connection ends after `count` bytes; gives whether that came to pass.
task<bool> cut_one(pool& db, byte_cutter& between, byte_cutter::direction way, std::size_t count,
                   shape how, record& all) {
  postgres::transaction work =
      co_await db.begin({.always_know_outcome = how == shape::always_known});
  between.cut_after(way, count);
  const auto id = static_cast<std::int64_t>(all.size()) + 1;
  const told outcome = co_await commit(work, how, id);
  all[id] = outcome;
  const bool was_cut = between.passed(way) >= count;
  between.cut_after(way, byte_cutter::never);
  co_await work.rollback();
  co_return was_cut;
}

task<> cut_everywhere(pool& db, byte_cutter& between, shape how, record& all) {
  for (const auto way : {byte_cutter::direction::to_server, byte_cutter::direction::to_client}) {
    bool was_cut = true;
    // Each run takes other bytes.
    for (std::size_t count = 1 + weir::test::seed() % stride; was_cut; count += stride) {
      was_cut = co_await cut_one(db, between, way, count, how, all);
    }
  }
}

/// What PgBouncer says where its server went away: an error without the fields of a server's.
std::string pooler_ends() {
  using namespace std::string_literals;
  const std::string fields = "SFATAL\0C08P01\0Mserver conn crashed?\0\0"s;
  const auto length = static_cast<char>(fields.size() + 4);
  return "E\0\0\0"s + length + fields;
}

/// Cuts a transaction of this shape after each byte of it; gives what the commits told.
record cut_everywhere(const std::string& schema, shape how, const std::string& last_words = {}) {
  weir::test::allow(many_connections);
  postgres::pool_options options = options_for(schema);
  run_elsewhere("create table " + schema + ".items (id bigint)");
  options.max_connections = 1;
  options.acquire_timeout = 20s;
  std::smatch port;
  REQUIRE(std::regex_search(options.conninfo, port, std::regex(":([0-9]+)/")));
  record all;
  loop here;
  const auto body = [&](scope& children) -> task<> {
    byte_cutter between(static_cast<std::uint16_t>(std::stoi(port[1])));
    between.say_at_end(last_words);
    options.conninfo.replace(static_cast<std::size_t>(port.position(1)),
                             static_cast<std::size_t>(port.length(1)),
                             std::to_string(between.port()));
    children.spawn(between.serve());
    auto use = [&](pool& db) { return cut_everywhere(db, between, how, all); };
    co_await weir::test::with_pool(options, use);
    co_await children.close();
  };
  here.run(with_scope(body));
  return all;
}

/// Compares what the commits told with what is stored, when the server has ended them all.
std::size_t check_against(const std::string& schema, const record& all) {
  while (run_elsewhere("select count(*) from pg_stat_activity where backend_type = 'client backend'"
                       " and pid <> pg_backend_pid()") != "0") {
  }
  std::size_t unknown = 0;
  for (const auto& [id, outcome] : all) {
    const bool is_stored = run_elsewhere("select exists (select from " + schema +
                                         ".items where id = " + std::to_string(id) + ")") == "t";
    if (outcome == told::unknown) {
      ++unknown;
    } else {
      CHECK_MESSAGE(is_stored == (outcome == told::stored), "transaction ", id);
    }
  }
  return unknown;
}

}  // namespace

TEST_SUITE("postgres.outcome") {
  TEST_CASE("no commit is told to be what it was not, wherever the connection is cut") {
    const record all = cut_everywhere("cut_awaited", shape::awaited);
    CHECK(all.size() > 40);
    const std::size_t unknown = check_against("cut_awaited", all);
    CHECK(unknown == 0);
  }

  TEST_CASE("a transaction of one round trip is honest as well, wherever it is cut") {
    const record all = cut_everywhere("cut_enqueued", shape::enqueued);
    CHECK(all.size() > 40);
    check_against("cut_enqueued", all);
  }

  TEST_CASE("a pooler that ends a connection is not believed to know what became of a commit") {
    const record all = cut_everywhere("cut_by_pooler", shape::enqueued, pooler_ends());
    CHECK(all.size() > 40);
    check_against("cut_by_pooler", all);
  }

  TEST_CASE("a commit that is always known is never unknown") {
    const record all = cut_everywhere("cut_known", shape::always_known);
    CHECK(all.size() > 40);
    const std::size_t unknown = check_against("cut_known", all);
    CHECK(unknown == 0);
  }
}
