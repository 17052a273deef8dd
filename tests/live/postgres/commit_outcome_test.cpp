// SPDX-License-Identifier: Apache-2.0
#include <regex>

#include "absent_standby.hpp"
#include "byte_cutter.hpp"
#include "fixture.hpp"
#include "watchdog.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::pool;
using weir::test::absent_standby;
using weir::test::byte_cutter;
using weir::test::options_for;
using weir::test::run_elsewhere;
using weir::test::shared_postgres;

constexpr auto make_items = stmt<"create table items (id bigint)">;
constexpr auto insert = stmt<"insert into items values ($1)">;
constexpr auto notify = stmt<"select pg_notify('weir', 'text')::text">;
constexpr auto read = stmt<"select 'text'", postgres::statement_kind::read>;
constexpr std::chrono::seconds several_servers{180};

/// What a commit said of itself.
enum class told { nothing, stored, not_stored, unknown };

task<> commit(postgres::transaction& work, told& outcome) {
  try {
    co_await work.commit();
    outcome = told::stored;
  } catch (const postgres::error& failure) {
    outcome = failure.commit_unknown() ? told::unknown : told::not_stored;
  }
}

/// Where a server is, taken from its connection string.
struct place {
  explicit place(const servers::postgres_server& of) {
    const std::string conninfo = of.conninfo();
    std::smatch parts;
    REQUIRE(std::regex_search(conninfo, parts, std::regex("postgres:(.*)@127.0.0.1:([0-9]+)/")));
    password = parts[1];
    port = static_cast<std::uint16_t>(std::stoi(parts[2]));
  }
  std::string password;
  std::uint16_t port;
};

/// Runs `body(pool&, byte_cutter&)` on a pool that reaches the shared server through the other.
template <class Body>
void through_cutter(const std::string& schema, const std::string& password, Body body) {
  weir::test::allow(several_servers);
  postgres::pool_options options = options_for(schema);
  options.acquire_timeout = 20s;
  // Read on a helper thread that the loop asks, so after what the loop has written.
  options.password = [&password] { return password; };
  const place server(shared_postgres());
  const auto main = [&](scope& children) -> task<> {
    byte_cutter between(server.port);
    options.conninfo = std::regex_replace(options.conninfo, std::regex("127.0.0.1:[0-9]+"),
                                          "127.0.0.1:" + std::to_string(between.port()));
    children.spawn(between.serve());
    auto use = [&](pool& db) { return body(db, between); };
    co_await weir::test::with_pool(options, use);
    co_await children.close();
  };
  loop here;
  here.run(with_scope(main));
}

/// True when the outcome of a commit was asked for, and the server has said what it knows.
bool outcome_was_asked_for() {
  return run_elsewhere(
             "select exists (select from pg_stat_activity where state = 'idle'"
             " and query like '%pg_xact_status%' and pid <> pg_backend_pid())") == "t";
}

/// A commit is under way on the server when its connection is cut and somebody has reset the
/// statistics by which a crash is known.
task<> doubt_commit(pool& db, byte_cutter& between, told& outcome) {
  co_await db.exec(make_items);
  auto standby = std::make_unique<absent_standby>();
  for (bool waits = false; !waits;) {
    outcome = told::nothing;
    postgres::transaction work = co_await db.begin();
    // A new connection learns something of the server with the first, of the transaction with the
    // second.
    co_await work.exec(insert, 1);
    co_await work.exec(insert, 2);
    scope committing;
    committing.spawn(commit(work, outcome));
    // Those that are quicker than the server's change of its settings do not wait.
    while (outcome == told::nothing && !waits) {
      waits = absent_standby::is_awaited();
      co_await yield();
    }
    if (waits) {
      run_elsewhere("select pg_stat_reset_shared('bgwriter')");
      between.cut_all();
      while (outcome == told::nothing && !outcome_was_asked_for()) co_await yield();
    }
    if (waits) standby.reset();
    co_await committing.join();
  }
}

/// The server commits, its answer is cut off, and whoever connects again finds another cluster,
/// which has no more timelines than the first and has never given so high a number.
task<> change_server(pool& db, byte_cutter& between, std::string& password, told& outcome) {
  servers::postgres_server other;
  other.start();
  const place elsewhere(other);
  co_await db.exec(make_items);
  postgres::transaction work = co_await db.begin();
  co_await work.exec(insert, 1);
  co_await work.exec(insert, 2);
  password = elsewhere.password;
  between.lead_to(elsewhere.port);
  between.cut_after(byte_cutter::direction::to_client, 1);
  co_await commit(work, outcome);
  co_await work.rollback();
  // It goes away before the pool does.
  between.lead_to(place(shared_postgres()).port);
}

/// Which statement a transaction consists of, how it begins, and what is told of its commit where
/// the answer to that does not come.
struct commit_case {
  bool is_notification;
  bool is_read_only;
  told expected;
};

/// Cuts the connection off within the answers that come with the commit, wherever; the last one is
/// not cut.
task<> cut_answers(pool& db, byte_cutter& between, commit_case what) {
  CAPTURE(what.is_notification);
  CAPTURE(what.is_read_only);
  bool was_cut = true;
  for (std::size_t count = 1; was_cut; ++count) {
    // A new connection learns something of the server with its first transaction.
    co_await db.transaction([](postgres::tx& in) -> task<> { co_await in.exec(notify); });
    postgres::transaction work = co_await db.begin({.read_only = what.is_read_only});
    if (what.is_notification) {
      co_await work.exec(notify);
    } else {
      co_await work.exec(read);
    }
    between.cut_after(byte_cutter::direction::to_client, count);
    told outcome = told::nothing;
    co_await commit(work, outcome);
    was_cut = between.passed(byte_cutter::direction::to_client) >= count;
    between.cut_after(byte_cutter::direction::to_client, byte_cutter::never);
    co_await work.rollback();
    CHECK_MESSAGE((outcome == what.expected || outcome == told::stored), "after ", count, " bytes");
    CHECK((was_cut || outcome == told::stored));
  }
}

}  // namespace

TEST_SUITE("postgres.commit_outcome") {
  TEST_CASE("a commit under way is not taken for undone where statistics were reset") {
    const std::string password = place(shared_postgres()).password;
    told outcome = told::nothing;
    through_cutter("doubted", password, [&](pool& db, byte_cutter& between) {
      return doubt_commit(db, between, outcome);
    });
    CHECK(outcome == told::unknown);
  }

  TEST_CASE("another cluster is not believed to know what became of a commit") {
    std::string password = place(shared_postgres()).password;
    told outcome = told::nothing;
    through_cutter("elsewhere", password, [&](pool& db, byte_cutter& between) {
      return change_server(db, between, password, outcome);
    });
    CHECK(outcome == told::unknown);
    CHECK(run_elsewhere("select count(*) from elsewhere.items") == "2");
  }

  TEST_CASE("a commit that may have notified is never told as not done, one that has read is") {
    const std::string password = place(shared_postgres()).password;
    for (const commit_case what :
         {commit_case{true, false, told::unknown}, commit_case{true, true, told::unknown},
          commit_case{false, true, told::not_stored}}) {
      through_cutter("notified", password, [what](pool& db, byte_cutter& between) {
        return cut_answers(db, between, what);
      });
    }
  }
}
