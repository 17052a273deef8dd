// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/blocking_pool.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "refuse_system_call.hpp"
#include "weir/error.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.blocking_pool");

namespace {

/// Runs `act` on a thread that cannot start another one.
template <class Act>
void run_where_no_thread_starts(Act act) {
  bool filtered = false;
  std::thread([&] {
    filtered = refuse_threads();
    act();
  }).join();
  REQUIRE(filtered);
}

bool signals_are_open() {
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  return sigismember(&blocked, SIGUSR2) == 0;
}

}  // namespace

TEST_CASE("without any thread a call that may be refused is, and the signals are as before") {
  detail::blocking_pool pool;
  std::atomic<int> made{0};
  std::optional<error> failed;
  bool open_after = false;
  run_where_no_thread_starts([&] {
    try {
      pool.submit_or_refuse([&] { ++made; });
    } catch (const error& refused) {
      failed = refused;
    }
    open_after = signals_are_open();
  });
  REQUIRE(failed.has_value());
  CHECK(failed->code() == std::errc::resource_unavailable_try_again);
  CHECK(failed->disposition() == disposition::retry);
  CHECK(failed->message().find("no helper thread can be started") != std::string::npos);
  CHECK(open_after);

  // Of the refused call nothing is left: the next one is the only one.
  std::promise<int> seen;
  pool.submit_or_refuse([&] { seen.set_value(made); });
  CHECK(seen.get_future().get() == 0);
}

TEST_CASE("with a thread alive a call waits for it when no further one can be started") {
  std::promise<void> gate;
  std::atomic<int> made{0};
  {
    detail::blocking_pool pool;
    std::promise<void> begun;
    pool.submit_or_refuse([&] {
      begun.set_value();
      gate.get_future().wait();
    });
    begun.get_future().wait();
    run_where_no_thread_starts([&] {
      pool.submit_or_refuse([&] { ++made; });
      pool.submit([&] { ++made; });
    });
    CHECK(made == 0);
    gate.set_value();
  }
  CHECK(made == 2);
}

TEST_CASE("a call that must be made is made at the pool's end at the latest") {
  std::atomic<int> made{0};
  {
    detail::blocking_pool pool;
    run_where_no_thread_starts([&] { pool.submit([&] { ++made; }); });
    CHECK(made == 0);
  }
  CHECK(made == 1);
}

TEST_CASE("a full queue refuses what may be refused, never what must be made") {
  std::atomic<std::size_t> made{0};
  {
    detail::blocking_pool pool;
    run_where_no_thread_starts([&] {
      for (std::size_t call = 0; call <= blocking_queued_max; ++call) pool.submit([&] { ++made; });
    });
    CHECK_THROWS_AS(pool.submit_or_refuse([&] { ++made; }), error);
  }
  CHECK(made == blocking_queued_max + 1);
}

TEST_CASE("a call that waits can be taken back once; one that has begun cannot") {
  std::promise<void> gate;
  std::atomic<int> made{0};
  {
    detail::blocking_pool pool;
    std::promise<void> begun;
    const auto first = pool.submit_or_refuse([&] {
      begun.set_value();
      gate.get_future().wait();
    });
    begun.get_future().wait();
    CHECK_FALSE(pool.take_back(first));
    run_where_no_thread_starts([&] {
      const auto second = pool.submit_or_refuse([&] { ++made; });
      CHECK(pool.take_back(second));
      CHECK_FALSE(pool.take_back(second));
    });
    gate.set_value();
  }
  CHECK(made == 0);
}

TEST_SUITE_END();
