// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <thread>

#include "model_engine.hpp"
#include "pool_core.hpp"
#include "seed.hpp"
#include "weir/loop.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using postgres::detail::pool_core;
using test::model_engine;
using test::model_world;

/// Opens sessions of the model, when it is let.
struct held_opening {
  std::shared_ptr<model_world> world = std::make_shared<model_world>(test::seed());
  std::atomic<bool> has_begun = false;
  std::promise<void> let_go;

  postgres::detail::connector_maker maker() {
    return [this](const postgres::pool_options&) -> postgres::detail::connector {
      return [this, gate = std::shared_future<void>(let_go.get_future())] {
        has_begun = true;
        gate.wait();
        return std::make_unique<model_engine>(world);
      };
    };
  }
};

task<> ask_for_connection(pool_core& pool) { (void)co_await pool.acquire(); }

task<> close_while_opening(held_opening& opening) {
  pool_core pool({}, opening.maker());
  scope waiting;
  waiting.spawn(ask_for_connection(pool));
  while (!opening.has_begun) co_await yield();
  co_await waiting.close();
  co_await pool.close();
  opening.let_go.set_value();
}

}  // namespace

TEST_SUITE("postgres.pool_growth") {
  TEST_CASE("a connection that is opened when nobody waits for it is closed on a helper thread") {
    held_opening opening;
    std::promise<std::thread::id> closed_on;
    opening.world->on_close = [&closed_on] { closed_on.set_value(std::this_thread::get_id()); };
    loop here;
    here.run(close_while_opening(opening));
    CHECK(closed_on.get_future().get() != std::this_thread::get_id());
  }
}
