// SPDX-License-Identifier: Apache-2.0
// Two instances of a service at once, of which one stands still past all its limits and goes on.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "answering_service.hpp"
#include "child.hpp"
#include "disturbed_driver.hpp"
#include "private_servers.hpp"
#include "running_service.hpp"
#include "seed.hpp"
#include "weir/loop.hpp"
#include "world.hpp"

TEST_SUITE_BEGIN("crash.instances");

using namespace std::chrono_literals;
using weir::test::child;

namespace {

constexpr std::int64_t letter_count = 200;
constexpr int rounds = 3;
constexpr int tries_max = 20;
constexpr std::uint64_t first_point = 40;  // Before it has its first message.

constexpr auto read_table = weir::stmt<"select id from letters">;
constexpr auto count_unsent = weir::stmt<"select count(*) from weir_outbox">;

weir::durable policy() { return weir::test::stubborn(8); }

weir::task<std::string> publish_many(weir::test::world& around) {
  co_await around.clear();
  std::vector<std::string> bodies;
  for (std::int64_t id = 1; id <= letter_count; ++id) {
    bodies.push_back(weir::json::encode(Letter{id, ""}));
  }
  co_await weir::test::publish_letters(around.jetstream(), around.database(), std::move(bodies));
  co_return std::string();
}

/// How often each number is there, if that is not once for all of them.
std::string oddities(const std::map<std::int64_t, int>& seen) {
  std::string text;
  for (std::int64_t id = 1; id <= letter_count; ++id) {
    const auto found = seen.find(id);
    const int times = found == seen.end() ? 0 : found->second;
    if (times != 1) text += ' ' + std::to_string(id) + " x" + std::to_string(times);
  }
  return text;
}

weir::task<std::string> look_at_letters(weir::test::world& around) {
  std::map<std::int64_t, int> stored;
  for (const auto id : co_await around.database().query<std::int64_t>(read_table)) ++stored[id];
  const auto answered = co_await weir::test::count_answers(around.jetstream());
  const auto dead = co_await around.jetstream().stream_info("DLQ_LETTERS");
  const auto unsent = co_await around.database().one<std::int64_t>(count_unsent);
  co_return "stored:" + oddities(stored) + " answered:" + oddities(answered) + " dead " +
      std::to_string(dead.messages) + " unsent " + std::to_string(unsent);
}

using world_work = weir::task<std::string> (*)(weir::test::world&);

weir::task<std::string> run_in_world(const weir::service_settings& servers, world_work work) {
  weir::test::world around(servers);
  std::string text;
  std::exception_ptr failure;
  try {
    text = co_await work(around);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await around.close();
  if (failure) std::rethrow_exception(failure);
  co_return text;
}

std::string in_world(const weir::service_settings& servers, world_work work) {
  child around([&] {
    weir::loop home;
    return home.run(run_in_world(servers, work));
  });
  const auto state = around.wait();
  INFO(around.result());
  REQUIRE(state == child::state::done);
  return around.result();
}

/// Runs the service until all is settled, and has it stop itself at a point, which 0 is not.
std::string run_instance(const weir::service& app, const weir::service_settings& servers,
                         std::uint64_t at) {
  auto made = std::make_unique<weir::test::disturbed_driver>(at, SIGSTOP);
  const auto& driver = *made;
  weir::loop home(std::move(made));
  home.run(weir::detail::run_service(app, servers, weir::detail::run_until::backlog_done));
  return std::to_string(driver.count());
}

void check_ended_well(child& instance) {
  const auto ended = instance.wait();
  INFO(instance.result());
  CHECK(ended == child::state::done);
}

/// True when the one that was to stand still did so before the work was done.
bool freeze_one_of_two(const weir::service& app, const weir::service_settings& servers,
                       std::uint64_t at) {
  in_world(servers, publish_many);
  child frozen([&] { return run_instance(app, servers, at); });
  child other([&] { return run_instance(app, servers, 0); });
  const bool has_stopped = frozen.wait() == child::state::stopped;
  // It ends when all is settled: what the frozen one has in hand as well, past its lease and, where
  // that holds locks, past the limits of its transactions.
  check_ended_well(other);
  if (has_stopped) {
    frozen.go_on();
    check_ended_well(frozen);
  }
  child next([&] { return run_instance(app, servers, 0); });
  check_ended_well(next);
  CHECK(in_world(servers, look_at_letters) == "stored: answered: dead 0 unsent 0");
  return has_stopped;
}

}  // namespace

TEST_CASE("of two instances one may stand still past its limits: effects are there once") {
  weir::test::private_servers servers;
  weir::service app("letters-test");
  app.without_statement_check();  // Those of the other programs here have no tables.
  SUBCASE("in a transaction of its own") { app.on<weir::test::store_alone>(policy()); }
  SUBCASE("in a group commit") { app.on<weir::test::store_together>(policy()); }
  SUBCASE("in a batch") { app.on<weir::test::store_many>(policy()); }

  in_world(servers.both, publish_many);
  child alone([&] { return run_instance(app, servers.both, 0); });
  check_ended_well(alone);
  const std::uint64_t points = std::stoull(alone.result());
  std::mt19937_64 random(weir::test::seed());
  std::uint64_t last_point = points / 3;
  int stopped = 0;
  for (int tried = 0; stopped < rounds && tried < tries_max; ++tried) {
    const std::uint64_t at =
        std::uniform_int_distribution<std::uint64_t>(first_point, last_point)(random);
    INFO("point ", at, " of ", points);
    if (freeze_one_of_two(app, servers.both, at)) {
      ++stopped;
    } else {
      // The other one had the work: it is to stop earlier.
      last_point = std::max(last_point / 2, first_point);
    }
  }
  CHECK(stopped == rounds);
}

TEST_SUITE_END();
