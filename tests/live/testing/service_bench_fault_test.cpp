// SPDX-License-Identifier: Apache-2.0
// What goes wrong on a bench: it says what, and where.
#include <doctest/doctest.h>

#include <poll.h>

#include <functional>

#include "parcels.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/pipe.hpp"
#include "weir/poll.hpp"
#include "weir/sleep.hpp"
#include "weir/test/service.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

TEST_SUITE_BEGIN("testing.service_faults");

using namespace std::chrono_literals;

namespace {

constexpr auto never_ends = weir::stmt<"select pg_sleep(86400)::text">;

constexpr weir::duration short_patience = 200ms;

int silent_descriptor = -1;

weir::task<> wait_for_nobody(Parcel) {
  weir::manual_reset_event never;
  co_await never.wait();
}

weir::task<> read_silence(Parcel) { co_await weir::poll(silent_descriptor, POLLIN); }

weir::task<> go_round(Parcel) {
  for (;;) co_await weir::yield();
}

weir::task<> do_nothing(Parcel) { co_return; }

weir::task<> store_nothing(Parcel, weir::tx&) { co_return; }

weir::task<> ask_for_ever(Parcel, weir::tx& db) { co_await db.query<std::string>(never_ends); }

weir::durable policy() { return weir::durable("parcels").retry(2, weir::fixed(1s)).deadline(20s); }

template <auto Handler>
weir::service with() {
  weir::service made("parcels-test");
  made.on<Handler>(policy().dead_letter("dlq.parcels"));
  return made;
}

std::string text_of_error(const std::function<void()>& failing) {
  try {
    failing();
  } catch (const weir::error& failure) {
    return failure.message();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a handler that waits for what does not come shows where, and fails by its deadline") {
  weir::test::service bench(with<wait_for_nobody>());
  bench.deliver(Parcel{1, "a"});
  bench.run_until_idle();
  CHECK(bench.unsettled() == 1);
  CHECK(bench.tasks().find("wait_for_nobody") != std::string::npos);
  bench.advance(1min);
  REQUIRE(bench.dead_letters().size() == 1);
  CHECK(bench.dead_letters()[0].cause.find("deadline") != std::string::npos);
  CHECK(bench.dead_letters()[0].attempts == 2);
}

TEST_CASE("a handler that hangs on a descriptor is an error with its place") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  silent_descriptor = ends[0];
  {
    weir::test::service bench(with<read_silence>(), {.patience = short_patience});
    bench.deliver(Parcel{1, "a"});
    const std::string told = text_of_error([&] { bench.run_until_idle(); });
    CHECK(told.find("hangs") != std::string::npos);
    CHECK(told.find("service_bench_fault_test.cpp") != std::string::npos);
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("a statement that does not end is an error with its place, and is cancelled") {
  weir::service app("parcels-test");
  app.migrations(BENCH_MIGRATIONS).on<ask_for_ever>(policy());
  weir::test::service bench(app, {.patience = short_patience});
  bench.deliver(Parcel{1, "a"});
  const std::string told = text_of_error([&] { bench.run_until_idle(); });
  CHECK(told.find("hangs") != std::string::npos);
  CHECK(told.find("service_bench_fault_test.cpp") != std::string::npos);
  CHECK(bench.rows("parcels") == 0);
}

TEST_CASE("a handler that goes round for ever is an error with its place") {
  weir::test::service bench(with<go_round>(), {.patience = short_patience});
  bench.deliver(Parcel{1, "a"});
  const std::string told = text_of_error([&] { bench.run_until_idle(); });
  CHECK(told.find("goes round for ever") != std::string::npos);
  CHECK(told.find("service_bench_fault_test.cpp") != std::string::npos);
}

TEST_CASE("a task of the test's that waits for time is an error, not a silent hang") {
  weir::test::service bench(with<do_nothing>());
  const auto wait = []() -> weir::task<> { co_await weir::sleep(1h); };
  const std::string told = text_of_error([&] { bench.run(wait()); });
  CHECK(told.find("has not ended") != std::string::npos);
  CHECK(told.find("service_bench_fault_test.cpp") != std::string::npos);
}

TEST_CASE("what ends a service's start is thrown to the test") {
  weir::service app("parcels-test");
  app.migrations(BENCH_BROKEN_MIGRATIONS).on<store_nothing>(policy());
  const std::string told = text_of_error([&] { weir::test::service bench(app); });
  CHECK(told.find("no_such_type") != std::string::npos);
}

TEST_CASE("what cannot be delivered is refused, and says why") {
  weir::test::service bench(with<do_nothing>());
  CHECK(text_of_error([&] {
          bench.deliver_raw("letters.sent", "{}");
        }).find("no stream takes the subject 'letters.sent'") != std::string::npos);
  CHECK(text_of_error([&] { bench.deliver_raw("parcels.*", "{}"); }) != "no error");
  const std::string large(std::size_t{2} << 20, 'x');
  CHECK(text_of_error([&] {
          bench.deliver_raw("parcels.sent", large);
        }).find("refuses a message") != std::string::npos);
  CHECK(bench.unsettled() == 0);
}

TEST_CASE("a service outlives its server, and handles what was delivered meanwhile") {
  weir::test::service bench(with<do_nothing>());
  bench.nats().stop();
  bench.advance(10min);
  bench.deliver(Parcel{1, "a"});
  bench.nats().start();
  bench.advance(1min);
  CHECK(bench.unsettled() == 0);
  CHECK(bench.dead_letters().empty());
}

TEST_SUITE_END();
