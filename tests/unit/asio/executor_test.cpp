// SPDX-License-Identifier: Apache-2.0
#include "weir/asio/executor.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/bind_executor.hpp>
#include <asio/defer.hpp>
#include <asio/dispatch.hpp>
#include <asio/post.hpp>
#include <asio/strand.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "death.hpp"
#include "run.hpp"
#include "streams.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("asio.executor");

static_assert(asio::execution::is_executor<asio_executor>::value);
static_assert(std::is_convertible_v<asio_executor, asio::any_io_executor>);
static_assert(std::is_nothrow_copy_constructible_v<asio_executor>);

TEST_CASE("posted functions run on later turns of the loop, in the order they came") {
  run([]() -> task<> {
    std::vector<int> ran;
    asio::post(asio_executor(), [&] { ran.push_back(1); });
    asio::defer(asio_executor(), [&] { ran.push_back(2); });
    asio::post(asio_executor(), [&] { ran.push_back(3); });
    CHECK(ran.empty());

    co_await wait_for_asio();
    CHECK(ran == std::vector{1, 2, 3});
  });
}

TEST_CASE("a dispatched function is called at once on the loop's thread") {
  run([]() -> task<> {
    bool ran = false;
    asio::dispatch(asio_executor(), [&] { ran = true; });
    CHECK(ran);
    co_return;
  });
}

TEST_CASE("an executor that must not block never calls at once") {
  run([]() -> task<> {
    bool ran = false;
    const auto never = asio::require(asio_executor(), asio::execution::blocking.never);
    never.execute([&] { ran = true; });
    CHECK_FALSE(ran);

    co_await wait_for_asio();
    CHECK(ran);
  });
}

TEST_CASE("a function that may be moved only is run and destroyed") {
  run([]() -> task<> {
    auto owned = std::make_unique<int>(7);
    int seen = 0;
    asio_executor().execute([owned = std::move(owned), &seen] { seen = *owned; });
    CHECK(seen == 7);
    co_return;
  });
}

TEST_CASE("what other threads post or dispatch runs on the loop's thread") {
  run([]() -> task<> {
    const auto home = std::this_thread::get_id();
    std::vector<int> ran;
    bool at_home = true;
    const asio_executor executor;
    const auto add = [&](int number) {
      at_home = at_home && std::this_thread::get_id() == home;
      ran.push_back(number);
    };
    // Its tracked work keeps the wait below until the thread has posted.
    std::thread other([work = asio::make_work_guard(executor), &add] {
      for (int number = 0; number < 100; ++number) {
        asio::dispatch(work.get_executor(), [&add, number] { add(number); });
      }
    });
    co_await wait_for_asio();
    other.join();
    co_await wait_for_asio();

    CHECK(at_home);
    CHECK(ran.size() == 100);
    CHECK(std::is_sorted(ran.begin(), ran.end()));
  });
}

TEST_CASE("an executor has the properties that were asked for, and equals those of its loop") {
  run([]() -> task<> {
    namespace execution = asio::execution;
    const asio_executor plain;
    CHECK(asio::query(plain, execution::blocking) == execution::blocking.possibly);
    CHECK(asio::query(plain, execution::outstanding_work) == execution::outstanding_work.untracked);
    CHECK(asio::query(plain, execution::relationship) == execution::relationship.fork);

    const auto never = asio::require(plain, execution::blocking.never);
    const auto tracked = asio::prefer(never, execution::outstanding_work.tracked);
    const auto changed = asio::prefer(tracked, execution::relationship.continuation);
    CHECK(asio::query(changed, execution::blocking) == execution::blocking.never);
    CHECK(asio::query(changed, execution::outstanding_work) == execution::outstanding_work.tracked);
    CHECK(asio::query(changed, execution::relationship) == execution::relationship.continuation);
    CHECK(plain != changed);

    auto back = asio::require(changed, execution::blocking.possibly);
    back = asio::prefer(back, execution::outstanding_work.untracked);
    back = asio::prefer(back, execution::relationship.fork);
    CHECK(back == plain);
    CHECK(plain == asio_executor());
    CHECK(&asio::query(plain, execution::context) == &asio::query(changed, execution::context));
    co_return;
  });
}

TEST_CASE("executors of two loops differ") {
  asio::any_io_executor first;
  run([&]() -> task<> {
    first = asio_executor();
    std::thread([&] {
      run([&]() -> task<> {
        CHECK(first != asio::any_io_executor(asio_executor()));
        co_return;
      });
    }).join();
    CHECK(first == asio::any_io_executor(asio_executor()));
    co_return;
  });
}

TEST_CASE("tracked work keeps the wait for Asio, from its making to its end") {
  run([]() -> task<> {
    auto guard = asio::make_work_guard(asio_executor());
    bool done = false;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](bool& over) -> task<> {
        co_await wait_for_asio();
        over = true;
      }(done));
      for (int turn = 0; turn < 10; ++turn) co_await yield();
      CHECK_FALSE(done);

      auto copy = guard;
      guard.reset();
      for (int turn = 0; turn < 10; ++turn) co_await yield();
      CHECK_FALSE(done);

      copy.reset();
      co_await children.join();
    });
    CHECK(done);
  });
}

TEST_CASE("the end of work on another thread ends all waits for Asio") {
  run([]() -> task<> {
    std::atomic<bool> ended{false};
    std::thread other([work = asio::make_work_guard(asio_executor()), &ended]() mutable {
      ended = true;
      work.reset();
    });
    co_await when_all(wait_for_asio(), wait_for_asio(), wait_for_asio());
    CHECK(ended);
    other.join();
  });
}

TEST_CASE("a cancelled wait for Asio throws, and the work goes on") {
  run_virtually([]() -> task<> {
    auto guard = asio::make_work_guard(asio_executor());
    const auto waited = co_await with_timeout(1s, wait_for_asio()).as_result();
    REQUIRE_FALSE(waited.has_value());
    CHECK(waited.error().is(errc::deadline_exceeded));
    CHECK(guard.owns_work());
  });
}

TEST_CASE("functions post each other without end, and the loop's other tasks go on") {
  struct repeated {
    bool& stop;
    int& count;
    void operator()() {
      ++count;
      if (!stop) asio::post(asio_executor(), *this);
    }
  };
  run([]() -> task<> {
    bool stop = false;
    int count = 0;
    asio::post(asio_executor(), repeated{stop, count});
    for (int turn = 0; turn < 100; ++turn) co_await yield();
    CHECK(count >= 99);
    stop = true;
    co_await wait_for_asio();
  });
}

TEST_CASE("functions that have not been called when the loop ends are destroyed") {
  const auto held = std::make_shared<int>();
  bool called = false;
  {
    loop home;
    asio::post(asio_executor(home), [held, &called] { called = true; });
    std::thread([executor = asio_executor(home), held, &called] {
      asio::post(executor, [held, &called] { called = true; });
    }).join();
    CHECK(held.use_count() == 3);
  }
  CHECK(held.use_count() == 1);
  CHECK_FALSE(called);
}

TEST_CASE("what is destroyed with the loop may post, to no effect") {
  struct posting {
    bool& called;
    std::unique_ptr<int> only_in_the_last;
    ~posting() {
      if (!only_in_the_last) return;
      asio::post(asio_executor(), [&flag = called] { flag = true; });
    }
    posting(bool& flag) : called(flag), only_in_the_last(std::make_unique<int>()) {}
    posting(posting&&) = default;
    void operator()() { called = true; }
  };
  bool called = false;
  {
    loop home;
    asio::post(asio_executor(home), posting(called));
  }
  CHECK_FALSE(called);
}

TEST_CASE("another thread may let go of work after the loop has ended") {
  std::optional<asio::executor_work_guard<asio_executor>> guard;
  {
    loop home;
    guard.emplace(asio_executor(home));
  }
  std::thread([&] { guard.reset(); }).join();
  CHECK_FALSE(guard.has_value());
}

TEST_CASE("a strand over the executor runs one function at a time, and inline where it may") {
  run([]() -> task<> {
    const auto strand = asio::make_strand(asio_executor());
    std::vector<int> ran;
    asio::post(strand, [&] {
      asio::dispatch(strand, [&] { ran.push_back(1); });
      ran.push_back(2);
    });
    asio::post(strand, [&] { ran.push_back(3); });
    co_await wait_for_asio();
    CHECK(ran == std::vector{1, 2, 3});
  });
}

TEST_CASE("a function that throws ends the program") {
  const std::string said = death_of([] {
    run([]() -> task<> {
      asio::post(asio_executor(), [] { throw std::runtime_error("the function failed"); });
      co_await wait_for_asio();
    });
  });
  CHECK(said.find("the function failed") != std::string::npos);
}

TEST_SUITE_END();
