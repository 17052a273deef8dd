// SPDX-License-Identifier: Apache-2.0
#include "weir/sim_driver.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <ctime>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "death.hpp"
#include "run.hpp"
#include "weir/blocking.hpp"
#include "weir/file_descriptor.hpp"
#include "weir/poll.hpp"
#include "weir/scope.hpp"
#include "weir/select.hpp"
#include "weir/sim.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/unix_socket.hpp"
#include "weir/when_all.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.sim_driver");

namespace {

std::vector<std::uint64_t> numbers_of(std::uint64_t seed) {
  sim_driver made({.seed = seed});
  return {made.random(), made.random(), made.random()};
}

task<> note_after(duration wait, std::vector<int>& notes, int note) {
  co_await sleep(wait);
  notes.push_back(note);
}

}  // namespace

TEST_CASE("time jumps to the next timer, and stands still while tasks run") {
  run_virtually([]() -> task<> {
    driver& here = loop::current().driver();
    const time_point began = here.now();
    co_await sleep(24h);
    CHECK(here.now() - began == 24h);
    for (int turn = 0; turn < 1000; ++turn) co_await yield();
    CHECK(here.now() - began == 24h);
  });
}

TEST_CASE("timers go off in the order of their moments") {
  run_virtually([]() -> task<> {
    std::vector<int> notes;
    co_await when_all(note_after(3h, notes, 3), note_after(1h, notes, 1), note_after(2h, notes, 2));
    CHECK(notes == std::vector{1, 2, 3});
  });
}

TEST_CASE("the time of day begins with the year 2000, and goes as the clock does") {
  run_virtually([]() -> task<> {
    driver& here = loop::current().driver();
    const auto began = here.wall_clock();
    const std::time_t seconds = std::chrono::system_clock::to_time_t(began);
    CHECK(std::gmtime(&seconds)->tm_year == 100);
    CHECK(std::gmtime(&seconds)->tm_yday == 0);
    co_await sleep(90min);
    CHECK(here.wall_clock() - began == 90min);
  });
}

TEST_CASE("random numbers come from the seed alone") {
  CHECK(numbers_of(1) == numbers_of(1));
  CHECK(numbers_of(1) != numbers_of(2));
}

TEST_CASE("a simulation of sleeps makes no system call of a driver's") {
  run_virtually([]() -> task<> {
    for (int round = 0; round < 100; ++round) co_await sleep(1s);
    CHECK(loop::current().driver().counters().enters == 0);
  });
}

TEST_CASE("a program does not run simulated by an environment variable") {
  CHECK(death_of([] {
          setenv("WEIR_DRIVER", "sim", 1);
          try {
            loop home;
          } catch (const error& refused) {
            std::fprintf(stderr, "%s", refused.what());
          }
          std::abort();
        }) == "WEIR_DRIVER is 'sim'; it can be 'uring' or 'epoll'");
}

TEST_CASE("blocking makes its calls on the loop's thread, one after the other, in no time") {
  run_virtually([]() -> task<> {
    loop& home = loop::current();
    const time_point began = home.now();
    std::vector<int> notes;
    const auto call = [](std::vector<int>& order, int note) -> task<std::thread::id> {
      co_return co_await blocking([&order, note] {
        order.push_back(note);
        return std::this_thread::get_id();
      });
    };
    const auto threads = co_await when_all(call(notes, 1), call(notes, 2), call(notes, 3));
    CHECK(std::get<0>(threads) == std::this_thread::get_id());
    CHECK(std::get<2>(threads) == std::this_thread::get_id());
    CHECK(notes == std::vector{1, 2, 3});
    CHECK(home.now() == began);
  });
}

TEST_CASE("a blocking call that is cancelled before its turn is not made") {
  run_virtually([]() -> task<> {
    bool called = false;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(
          [](bool& flag) -> task<> { co_await blocking([&flag] { flag = true; }); }(called));
      co_await yield();
    });
    co_await sleep(1s);
    CHECK_FALSE(called);
  });
}

TEST_CASE("what a blocking call throws is thrown to who waits") {
  run_virtually([]() -> task<> {
    const auto failed =
        co_await blocking([]() -> int { throw std::runtime_error("thrown there"); }).as_result();
    CHECK(failed.error().message() == "thrown there");
  });
}

TEST_CASE("a descriptor of the kernel's cannot be waited for, and one that is closed neither") {
  run_virtually([]() -> task<> {
    const file_descriptor foreign(eventfd(0, EFD_CLOEXEC));
    REQUIRE(foreign.get() >= 0);
    const auto refused = co_await poll(foreign.get(), POLLIN).as_result();
    CHECK(refused.error().code() == std::errc::operation_not_supported);
    CHECK(refused.error().disposition() == disposition::permanent);

    const int closed = loop::current().driver().open_socket(AF_INET, SOCK_STREAM);
    loop::current().driver().close_descriptor(closed);
    const auto gone = co_await poll(closed, POLLIN).as_result();
    CHECK(gone.error().code() == std::errc::bad_file_descriptor);
  });
}

TEST_CASE("a file of the kernel's that is closed in a simulation is closed") {
  run_virtually([]() -> task<> {
    file_descriptor made(eventfd(0, EFD_CLOEXEC));
    const int number = made.get();
    made.close();
    const file_descriptor next(eventfd(0, EFD_CLOEXEC));
    CHECK(next.get() == number);
    co_return;
  });
}

TEST_CASE("an operation that ends with its start may cancel one that waits for its own") {
  explore(100, {.seed = seed()}, []() -> task<> {
    std::array<unix_stream, 2> ends = unix_stream::pair();
    const int near = ends[0].descriptor();
    const int far = ends[1].descriptor();
    for (int round = 0; round < 5; ++round) {
      const auto first = co_await select(poll(near, POLLOUT), poll(far, POLLIN),
                                         poll(near, POLLIN | POLLOUT), poll(far, POLLOUT));
      CHECK(std::visit([](short events) { return events == POLLOUT; }, first));
    }
  });
}

TEST_CASE("a descriptor that is closed while an operation is in flight on it is an assertion") {
  const std::string text = death_of([] {
    run_virtually([]() -> task<> {
      driver& here = loop::current().driver();
      const int socket = here.open_socket(AF_INET, SOCK_STREAM);
      here.bind_socket(socket, *socket_address::of_ip("127.0.0.1", 80));
      here.listen_on(socket, 1);
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(
            [](int number) -> task<> { static_cast<void>(co_await poll(number, POLLIN)); }(socket));
        co_await yield();
        here.close_descriptor(socket);
      });
    });
  });
  CHECK(text.find("assertion failed") != std::string::npos);
}

TEST_SUITE_END();
