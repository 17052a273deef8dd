// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/health.hpp"

#include <doctest/doctest.h>

#include "run.hpp"
#include "weir/sleep.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("observe.health");

namespace {

using trouble = std::optional<std::string>;

health_check check_of(std::string name, const trouble& state, bool is_optional = false) {
  return {
      .name = std::move(name), .trouble = [&state] { return state; }, .is_optional = is_optional};
}

task<> start_and_drain() {
  health state;
  CHECK_FALSE(state.startup().is_well());
  CHECK_FALSE(state.ready().is_well());
  CHECK(state.live().is_well());
  state.starting("waiting for PostgreSQL: connection\nrefused");
  CHECK(state.startup().describe(true) ==
        "[-]startup failed: waiting for PostgreSQL: connection refused\nstartupz check failed\n");
  state.started();
  CHECK(state.startup().is_well());
  CHECK(state.ready().describe(true) == "[+]startup ok\n[+]drain ok\nreadyz check passed\n");
  state.draining();
  CHECK_FALSE(state.ready().is_well());
  CHECK(state.startup().is_well());
  CHECK(state.live().is_well());
  co_return;
}

task<> depend() {
  health state;
  state.started();
  trouble nats;
  trouble cache;
  state.add(check_of("nats", nats));
  state.add(check_of("cache", cache, true));
  CHECK(state.ready().is_well());
  cache = "it sleeps";
  CHECK(state.ready().is_well());
  CHECK(state.ready().describe(true) ==
        "[+]startup ok\n[+]nats ok\n[-]cache failed, optional: it sleeps\n[+]drain ok\n"
        "readyz check passed\n");
  nats = "nobody is there";
  CHECK_FALSE(state.ready().is_well());
  CHECK(state.ready().describe(false) ==
        "[+]startup ok\n[-]nats failed: reason withheld\n"
        "[-]cache failed, optional: reason withheld\n[+]drain ok\nreadyz check failed\n");
  CHECK(state.live().is_well());
  CHECK(state.startup().is_well());
  state.forget_checks();
  CHECK(state.ready().facts.size() == 2);
  co_return;
}

task<> stop_turning() {
  health state;
  co_await sleep(health::turn_limit);
  CHECK(state.live().is_well());
  co_await sleep(1s);
  CHECK(state.live().describe(true) ==
        "[-]loop failed: it has not turned for 11 s\nlivez check failed\n");
  state.turned();
  CHECK(state.live().is_well());
}

std::string refusal(health& state, health_check check) {
  try {
    state.add(std::move(check));
  } catch (const error& refused) {
    return refused.message();
  }
  return {};
}

task<> refuse_names() {
  health state;
  const trouble well;
  for (const char* name : {"", "a b", "a\n", "a\x7f", "startup", "drain"}) {
    INFO(name);
    CHECK_FALSE(refusal(state, check_of(name, well)).empty());
  }
  CHECK_FALSE(refusal(state, {.name = "a", .trouble = nullptr}).empty());
  CHECK(refusal(state, check_of("consumer:ORDERS/caf\xc3\xa9", well)).empty());
  CHECK_FALSE(refusal(state, check_of("consumer:ORDERS/caf\xc3\xa9", well)).empty());
  co_return;
}

}  // namespace

TEST_CASE("a program is started once, and is ready from its start to its drain") {
  run_virtually(start_and_drain);
}

TEST_CASE("a dependency in trouble makes it unready, unless that is optional, and not dead") {
  run_virtually(depend);
}

TEST_CASE("a loop that has not turned for ten seconds is not alive") {
  run_virtually(stop_turning);
}

TEST_CASE("a check has a name of its own, that fits a line") { run_virtually(refuse_names); }

TEST_SUITE_END();
