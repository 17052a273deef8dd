// SPDX-License-Identifier: Apache-2.0
#include "shared_reads.hpp"

#include <doctest/doctest.h>

#include "model_engine.hpp"
#include "pool_core.hpp"
#include "seed.hpp"
#include "weir/loop.hpp"
#include "weir/postgres/detail/statements.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::statement_kind;
using postgres::detail::pool_core;
using test::model_engine;
using test::model_world;

constexpr postgres::detail::statement_shape echo_shape{
    "echo", postgres::detail::parameter_types<std::string>.data(), 1, statement_kind::read, "echo"};
constexpr postgres::detail::statement_shape nonsense_shape{"nonsense", nullptr, 0,
                                                           statement_kind::read};

task<std::string> ask(pool_core& pool, std::string what) {
  const auto rows = co_await pool.run(echo_shape, postgres::detail::encode(what));
  co_return postgres::detail::row_reader<std::string>(rows).read(0);
}

/// What became of reads.
struct tally {
  int right = 0;
  int refused = 0;
  int cancelled = 0;
  int wrong = 0;
};

task<> ask_and_count(pool_core& pool, std::string what, tally& all) {
  try {
    const std::string answered = co_await ask(pool, what);
    ++(answered == what && !what.starts_with("bad") ? all.right : all.wrong);
  } catch (const postgres::error& failure) {
    ++(failure.sqlstate() == "22012" && what.starts_with("bad") ? all.refused : all.wrong);
  } catch (const weir::error& failure) {
    ++(failure.is_cancelled() ? all.cancelled : all.wrong);
  }
}

/// Runs `body(pool)` on a pool of sessions of the model.
template <class Body>
void with_model(const std::shared_ptr<model_world>& world, std::size_t connections, Body body) {
  postgres::pool_options options;
  options.max_connections = connections;
  options.connect_backoff_min = 1ms;
  const auto make = [&world](const postgres::pool_options&) -> postgres::detail::connector {
    return [world] { return std::make_unique<model_engine>(world); };
  };
  const auto main = [&]() -> task<> {
    pool_core pool(options, make);
    std::exception_ptr failure;
    try {
      co_await body(pool);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await pool.close();
    if (failure) std::rethrow_exception(failure);
  };
  loop here;
  here.run(main());
}

/// Reads of which some are refused and some cancelled, over connections that break.
task<> storm(pool_core& pool, model_world& world, tally& all, int& asked) {
  for (int wave = 0; wave < 6; ++wave) {
    scope kept;
    scope cancelled;
    for (int at = 0; at < 40; ++at) {
      const std::string name = std::to_string(wave) + "." + std::to_string(at);
      const bool is_bad = world.random.next() % 8 == 0;
      scope& in = world.random.next() % 8 == 0 ? cancelled : kept;
      in.spawn(ask_and_count(pool, (is_bad ? "bad " : "good ") + name, all));
      ++asked;
      if (world.random.next() % 4 == 0) co_await yield();
    }
    for (std::uint64_t turns = world.random.next() % 6; turns > 0; --turns) co_await yield();
    co_await cancelled.close();
    co_await kept.join();
  }
}

}  // namespace

TEST_SUITE("postgres.shared_reads_model") {
  TEST_CASE("reads of many tasks at once are few flushes, each with one Sync") {
    const auto world = std::make_shared<model_world>(test::seed());
    tally all;
    with_model(world, 1, [&](pool_core& pool) -> task<> {
      co_await ask(pool, "first");
      world->flushes = world->syncs = 0;
      scope readers;
      for (int at = 0; at < 100; ++at) {
        readers.spawn(ask_and_count(pool, std::to_string(at), all));
      }
      co_await readers.join();
      // One, but for turns of the loop that took too long and were cut.
      CHECK(world->flushes <= 10);
      CHECK(world->syncs <= 10);
    });
    CHECK(all.right == 100);
  }

  TEST_CASE("a read that is cancelled before it was sent never is") {
    const auto world = std::make_shared<model_world>(test::seed());
    tally all;
    with_model(world, 1, [&](pool_core& pool) -> task<> {
      scope kept;
      scope cancelled;
      // Cancelled before the turn ends in which they would be sent.
      for (int at = 0; at < 20; ++at) {
        kept.spawn(ask_and_count(pool, "kept", all));
        cancelled.spawn(ask_and_count(pool, "cancelled", all));
      }
      co_await yield();
      co_await cancelled.close();
      co_await kept.join();
    });
    CHECK(all.right == 20);
    CHECK(all.cancelled == 20);
    CHECK(world->executed.count("kept") == 20);
    CHECK(world->executed.count("cancelled") == 0);
  }

  TEST_CASE("no more than a bound of arguments is on the wire of one connection") {
    const auto world = std::make_shared<model_world>(test::seed());
    tally all;
    with_model(world, 1, [&](pool_core& pool) -> task<> {
      scope readers;
      const std::string large(100'000, 'x');
      for (int at = 0; at < 200; ++at) readers.spawn(ask_and_count(pool, large, all));
      co_await readers.join();
    });
    CHECK(all.right == 200);
    // A mebibyte, and the one that passed it.
    CHECK(world->most_bytes <= (1u << 20) + 100'000);
    CHECK(world->most_bytes > 500'000);
  }

  TEST_CASE("what cannot be prepared is refused alone") {
    const auto world = std::make_shared<model_world>(test::seed());
    tally all;
    with_model(world, 1, [&](pool_core& pool) -> task<> {
      scope readers;
      for (int at = 0; at < 10; ++at) readers.spawn(ask_and_count(pool, "good", all));
      std::string state;
      try {
        co_await pool.run(nonsense_shape, {});
      } catch (const postgres::error& failure) {
        state = failure.sqlstate();
      }
      CHECK(state == "42601");
      co_await readers.join();
    });
    CHECK(all.right == 10);
  }

  TEST_CASE("reads on a connection that can send nothing, and has no socket, go on another one") {
    const auto world = std::make_shared<model_world>(test::seed());
    tally all;
    with_model(world, 1, [&](pool_core& pool) -> task<> {
      co_await ask(pool, "first");
      world->breaking_flushes = 2;
      scope readers;
      for (int at = 0; at < 5; ++at) readers.spawn(ask_and_count(pool, "good", all));
      co_await readers.join();
      CHECK(pool.stats().connections == 1);
    });
    CHECK(all.right == 5);
    CHECK(world->breaking_flushes == 0);
  }

  TEST_CASE("whatever is refused, cancelled or broken, each read has its own answer, once") {
    for (std::uint64_t round = 0; round < 150; ++round) {
      const auto world = std::make_shared<model_world>(test::seed() + round);
      // Rare enough that no read meets five broken connections.
      world->break_one_in = round % 3 == 0 ? 0 : 300;
      tally all;
      int asked = 0;
      with_model(world, 1 + round % 3, [&](pool_core& pool) -> task<> {
        co_await storm(pool, *world, all, asked);
        // What was cancelled on the wire comes to its end there.
        while (pool.stats().idle < pool.stats().connections) co_await yield();
      });
      CHECK_MESSAGE(all.wrong == 0, "round ", round);
      CHECK(all.right + all.refused + all.cancelled == asked);
    }
  }
}
