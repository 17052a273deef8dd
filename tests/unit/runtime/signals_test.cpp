// SPDX-License-Identifier: Apache-2.0
#include "weir/signals.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>

#include "run.hpp"
#include "weir/from_signals.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/when_any.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.signals");

namespace {

bool is_blocked(int signal) {
  sigset_t now;
  pthread_sigmask(SIG_BLOCK, nullptr, &now);
  return sigismember(&now, signal) == 1;
}

task<> note_next(signal_set& signals, int& number) { number = co_await signals.next(); }

/// To this thread: the process has others (the watchdog's) that block every signal.
void send(int signal) { REQUIRE(pthread_kill(pthread_self(), signal) == 0); }

}  // namespace

TEST_CASE("a signal that came before it is asked for is given at once") {
  run([]() -> task<> {
    signal_set signals{SIGUSR1, SIGUSR2};
    send(SIGUSR2);
    CHECK(co_await signals.next() == SIGUSR2);
    send(SIGUSR1);
    CHECK(co_await signals.next() == SIGUSR1);
  });
}

TEST_CASE("a signal that comes later ends the wait") {
  run([]() -> task<> {
    signal_set signals{SIGUSR1};
    int number = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_next(signals, number));
      for (int turn = 0; turn < 5; ++turn) co_await yield();
      CHECK(number == 0);
      REQUIRE(::kill(getpid(), SIGUSR1) == 0);
      co_await children.join();
    });
    CHECK(number == SIGUSR1);
  });
}

TEST_CASE("a cancelled wait takes no signal") {
  run([]() -> task<> {
    signal_set signals{SIGUSR1};
    const auto late = co_await with_timeout(1ms, signals.next()).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    send(SIGUSR1);
    CHECK(co_await signals.next() == SIGUSR1);
  });
}

TEST_CASE("two that wait get one signal each") {
  run([]() -> task<> {
    signal_set signals{SIGUSR1, SIGUSR2};
    int first = 0;
    int second = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_next(signals, first));
      children.spawn(note_next(signals, second));
      co_await yield();
      send(SIGUSR1);
      while (children.size() == 2) co_await yield();
      send(SIGUSR2);
      co_await children.join();
    });
    CHECK(first + second == SIGUSR1 + SIGUSR2);
  });
}

TEST_CASE("a stream of signals gives them as they come, and survives a cancelled next()") {
  run([]() -> task<> {
    signal_set signals{SIGUSR1, SIGUSR2};
    stream<int> numbers = from_signals(signals);
    for (int round = 0; round < 2; ++round) {
      const auto late = co_await with_timeout(1ms, numbers.next()).as_result();
      CHECK(late.error().is(errc::deadline_exceeded));
      send(SIGUSR1);
      CHECK(co_await numbers.next() == SIGUSR1);
      send(SIGUSR2);
      CHECK(co_await numbers.next() == SIGUSR2);
    }
  });
}

TEST_CASE("the signals are blocked while the set lives, and no others") {
  CHECK_FALSE(is_blocked(SIGUSR1));
  {
    const signal_set signals{SIGUSR1};
    CHECK(is_blocked(SIGUSR1));
    CHECK_FALSE(is_blocked(SIGUSR2));
  }
  CHECK_FALSE(is_blocked(SIGUSR1));
}

TEST_CASE("a number that is no signal is refused, and nothing stays blocked") {
  CHECK_THROWS_WITH_AS(signal_set({SIGUSR1, 4711}), "there is no signal 4711", error);
  CHECK_FALSE(is_blocked(SIGUSR1));
}

TEST_SUITE_END();
