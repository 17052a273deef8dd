// SPDX-License-Identifier: Apache-2.0
#include "weir/sim.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;

TEST_SUITE_BEGIN("runtime.sim");

namespace {

/// WEIR_SEED for the length of a case.
class seed_variable {
 public:
  explicit seed_variable(const char* value) {
    if (const char* before = std::getenv("WEIR_SEED")) before_ = before;
    if (value == nullptr) {
      unsetenv("WEIR_SEED");
    } else {
      setenv("WEIR_SEED", value, 1);
    }
  }
  ~seed_variable() {
    if (before_) {
      setenv("WEIR_SEED", before_->c_str(), 1);
    } else {
      unsetenv("WEIR_SEED");
    }
  }

 private:
  std::optional<std::string> before_;
};

template <class Body>
std::string failure_of(Body body) {
  try {
    body();
  } catch (const error& failure) {
    return failure.what();
  }
  return "no failure";
}

/// Adds one in two steps, and so loses what others add between them.
task<> add_one(int& total) {
  const int before = total;
  co_await yield();
  total = before + 1;
}

/// Fails in the orders in which the two tasks meet.
task<> add_twice() {
  int total = 0;
  co_await with_scope([&](scope& children) -> task<> {
    children.spawn(add_one(total));
    children.spawn(add_one(total));
    co_await children.join();
  });
  if (total != 2) throw error(errc::conflict, disposition::permanent, "an addition was lost");
}

}  // namespace

TEST_CASE("simulate gives the value of its body, which may have the driver") {
  CHECK(simulate({.seed = 1}, []() -> task<int> { co_return 7; }) == 7);
  CHECK(simulate({.seed = 42},
                 [](sim_driver& sim) -> task<std::uint64_t> { co_return sim.seed(); }) == 42);
}

TEST_CASE("a failure has the code and disposition of its own, and the seed in its text") {
  const seed_variable none(nullptr);
  const auto fail = []() -> task<> {
    co_await sleep(1s);
    throw error(errc::protocol, disposition::poison, "it broke");
  };
  try {
    simulate({.seed = 1234}, fail);
    FAIL("it did not throw");
  } catch (const error& failure) {
    CHECK(failure.is(errc::protocol));
    CHECK(failure.disposition() == disposition::poison);
    CHECK(failure.message() == "it broke (seed 1234)");
  }
  const std::string text = failure_of([&] { simulate({}, fail); });
  CHECK(text.find("it broke (seed ") == 0);
  CHECK(text.find(": run again with WEIR_SEED=") != std::string::npos);
}

TEST_CASE("an exception of another kind has its text with the seed, and any other comes through") {
  CHECK(failure_of([] {
          simulate({.seed = 5}, []() -> task<> {
            throw std::runtime_error("foreign");
            co_return;
          });
        }) == "foreign (seed 5)");
  CHECK_THROWS_AS(simulate({.seed = 5},
                           []() -> task<> {
                             throw 7;
                             co_return;
                           }),
                  int);
}

TEST_CASE("WEIR_SEED is the seed where the options give none") {
  const seed_variable wanted("99");
  const auto seed_of = [](const sim_options& options) {
    return simulate(options, [](sim_driver& sim) -> task<std::uint64_t> { co_return sim.seed(); });
  };
  CHECK(seed_of({}) == 99);
  CHECK(seed_of({.seed = 3}) == 3);
  CHECK(failure_of([] {
          simulate({}, []() -> task<> {
            throw error(errc::closed, disposition::retry, "closed");
            co_return;
          });
        }) == "closed (seed 99: run again with WEIR_SEED=99)");
}

TEST_CASE("a WEIR_SEED that is no number is refused") {
  const seed_variable wanted("lucky");
  CHECK(failure_of([] { sim_driver made; }) ==
        "WEIR_SEED is 'lucky'; it can be a number below 2^64");
}

TEST_CASE("explore runs one seed after the other") {
  const seed_variable none(nullptr);
  std::vector<std::uint64_t> seeds;
  explore(4, {.seed = 10}, [&](sim_driver& sim) -> task<> {
    seeds.push_back(sim.seed());
    co_return;
  });
  CHECK(seeds == std::vector<std::uint64_t>{10, 11, 12, 13});
}

TEST_CASE("explore with WEIR_SEED set runs that seed alone") {
  const seed_variable wanted("77");
  std::vector<std::uint64_t> seeds;
  explore(4, {.seed = 10}, [&](sim_driver& sim) -> task<> {
    seeds.push_back(sim.seed());
    co_return;
  });
  CHECK(seeds == std::vector<std::uint64_t>{77});
}

TEST_CASE("explore finds the order that breaks a program, and its seed finds it again") {
  std::string text;
  {
    const seed_variable none(nullptr);
    text = failure_of([] { explore(100, {.seed = 1}, add_twice); });
  }
  const auto at = text.find("WEIR_SEED=");
  REQUIRE(at != std::string::npos);
  CHECK(text.find("an addition was lost (seed ") == 0);
  const std::string found = text.substr(at + 10, text.size() - at - 11);
  const seed_variable again(found.c_str());
  CHECK(failure_of([] { simulate({}, add_twice); }) == text);
}

TEST_CASE("a deadlock in a simulation is thrown with the tasks and the seed") {
  const std::string text = failure_of([] {
    simulate({.seed = 8}, []() -> task<> {
      manual_reset_event never;
      co_await never.wait();
    });
  });
  CHECK(text.find("every task waits for what cannot happen") == 0);
  CHECK(text.find("sim_test.cpp:") != std::string::npos);
  CHECK(text.find("(seed 8)") != std::string::npos);
}

TEST_SUITE_END();
