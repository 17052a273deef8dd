// SPDX-License-Identifier: Apache-2.0
// Random events against a circuit breaker and against a model of it that is written otherwise.
#include <doctest/doctest.h>

#include <list>
#include <random>

#include "calls.hpp"
#include "run.hpp"
#include "weir/resilience/circuit_breaker.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("resilience.breaker_model");

namespace {

constexpr int runs = 200;
constexpr int events_each = 300;
constexpr std::size_t calls_out_max = 8;

/// What a breaker remembers, in full: all calls since the last change of its state.
struct model {
  std::size_t row_to_open;
  std::size_t probes;
  breaker_state state = breaker_state::closed;
  int changes = 0;
  int openings = 0;
  time_point opened{};
  std::vector<bool> ended{};  ///< Of this state, in their order: succeeded?
  std::size_t probes_out = 0;

  duration open_for() const { return std::min<duration>(10s * (1 << (openings - 1)), 40s); }
  void change_to(breaker_state next) {
    state = next;
    ++changes;
    ended.clear();
    probes_out = 0;
  }
  bool admit(time_point now) {
    if (state == breaker_state::open && now - opened >= open_for()) {
      change_to(breaker_state::half_open);
    }
    if (state == breaker_state::closed) return true;
    if (state == breaker_state::open || probes_out + ended.size() >= probes) return false;
    ++probes_out;
    return true;
  }
  void tell(int admitted_at, std::optional<bool> succeeded, time_point now) {
    if (admitted_at != changes) return;
    if (state == breaker_state::half_open) --probes_out;
    if (!succeeded) return;
    ended.push_back(*succeeded);
    std::size_t row = 0;
    while (row < ended.size() && !ended[ended.size() - 1 - row]) ++row;
    const bool probe_failed = state == breaker_state::half_open && row > 0;
    if (probe_failed || row == row_to_open) {
      opened = now;
      ++openings;
      change_to(breaker_state::open);
    } else if (state == breaker_state::half_open && ended.size() == probes) {
      openings = 0;
      change_to(breaker_state::closed);
    }
  }
};

struct call {
  circuit_breaker::admission admitted;
  int admitted_at;
};

/// Ends a call in any of the ways that there are, for both.
void end_call(std::list<call>& calls, model& expected, std::mt19937_64& random) {
  auto chosen = std::next(calls.begin(), static_cast<std::ptrdiff_t>(random() % calls.size()));
  const time_point now = loop::current().now();
  switch (random() % 5) {
    case 0:
    case 1:
      expected.tell(chosen->admitted_at, false, now);
      chosen->admitted.record_failure(refused());
      break;
    case 2:
      expected.tell(chosen->admitted_at, true, now);
      chosen->admitted.record_success();
      break;
    case 3:
      expected.tell(chosen->admitted_at, std::nullopt, now);
      chosen->admitted.record_failure(nonsense());
      break;
    default:
      expected.tell(chosen->admitted_at, std::nullopt, now);  // By its destructor.
      break;
  }
  calls.erase(chosen);
}

task<> compare(std::mt19937_64& random) {
  model expected{.row_to_open = 1 + random() % 4, .probes = 1 + random() % 3};
  breaker_options options;
  options.consecutive_failures = expected.row_to_open;
  options.probes = expected.probes;
  options.open_for = exponential(10s, 40s);
  circuit_breaker breaker(std::move(options));
  std::list<call> calls;
  for (int event = 0; event < events_each; ++event) {
    const auto kind = random() % 5;
    if (kind == 0) {
      co_await sleep(1s * static_cast<int>(random() % 20));
    } else if (kind < 3 && calls.size() < calls_out_max) {
      const bool wanted = expected.admit(loop::current().now());
      CHECK(breaker.admits() == wanted);
      auto admitted = breaker.try_admit();
      CHECK(admitted.has_value() == wanted);
      if (admitted) calls.push_back({std::move(*admitted), expected.changes});
    } else if (!calls.empty()) {
      end_call(calls, expected, random);
    }
    CHECK(breaker.state() == expected.state);
  }
}

}  // namespace

TEST_CASE("whatever happens, in whatever order, a breaker is where its model is") {
  run_virtually([]() -> task<> {
    std::mt19937_64 random(seed());
    for (int run = 0; run < runs; ++run) co_await compare(random);
  });
}

TEST_SUITE_END();
