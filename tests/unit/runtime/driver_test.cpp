// SPDX-License-Identifier: Apache-2.0
#include "weir/driver.hpp"

#include <doctest/doctest.h>
#include <linux/io_uring.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>
#include <vector>

#include "refuse_system_call.hpp"
#include "run.hpp"
#include "weir/file_descriptor.hpp"
#include "weir/poll.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.driver");

namespace {

// Far more than the 256 submission entries and the 2048 completion entries of a ring.
constexpr int waits = 5'000;

task<> count_readable(int descriptor, int& came, int& cancelled) {
  const auto events = co_await poll(descriptor, POLLIN).as_result();
  if (events.has_value()) {
    ++came;
  } else if (events.error().is_cancelled()) {
    ++cancelled;
  }
}

file_descriptor make_event() { return file_descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

void signal(const file_descriptor& event) {
  const std::uint64_t one = 1;
  REQUIRE(write(event.get(), &one, sizeof one) == sizeof one);
}

}  // namespace

TEST_CASE("with more operations in flight than any queue has entries, all complete once") {
  run([]() -> task<> {
    const file_descriptor source = make_event();
    int came = 0;
    int cancelled = 0;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < waits; ++count) {
        children.spawn(count_readable(source.get(), came, cancelled));
      }
      for (int turn = 0; turn < 100; ++turn) co_await yield();
      CHECK(came == 0);
      signal(source);
      co_await children.join();
    });
    CHECK(came == waits);
    CHECK(cancelled == 0);
  });
}

TEST_CASE("with more operations in flight than any queue has entries, all can be cancelled") {
  run([]() -> task<> {
    const file_descriptor source = make_event();
    int came = 0;
    int cancelled = 0;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < waits; ++count) {
        children.spawn(count_readable(source.get(), came, cancelled));
      }
      for (int turn = 0; turn < 100; ++turn) co_await yield();
    });
    CHECK(came == 0);
    CHECK(cancelled == waits);
  });
}

TEST_CASE("while the kernel takes no submissions, what finds no room waits, and none is lost") {
  bool filtered = false;
  int came = 0;
  int cancelled = 0;
  std::uint64_t found_no_room = 0;
  std::thread([&] {
    // io_uring then takes entries only as the loop waits, so its queue fills up (see uring_driver).
    filtered = refuse_system_call_without(SYS_io_uring_enter, 3, IORING_ENTER_GETEVENTS, EAGAIN);
    run([&]() -> task<> {
      const file_descriptor source = make_event();
      const file_descriptor never = make_event();
      co_await with_scope([&](scope& children) -> task<> {
        for (int count = 0; count < waits; ++count) {
          children.spawn(count_readable(source.get(), came, cancelled));
          children.spawn(count_readable(never.get(), came, cancelled));
        }
        for (int turn = 0; turn < 100; ++turn) co_await yield();
        signal(source);
        while (came < waits) co_await yield();
      });
      const driver& here = loop::current().driver();
      found_no_room = here.name() == "uring" ? here.counters().queue_full : 1;
    });
  }).join();
  REQUIRE(filtered);
  CHECK(found_no_room > 0);
  CHECK(came == waits);
  CHECK(cancelled == waits);
}

TEST_CASE("a completion and a cancellation of the same moment give one outcome each") {
  run([]() -> task<> {
    for (int round = 0; round < 50; ++round) {
      const file_descriptor source = make_event();
      int came = 0;
      int cancelled = 0;
      co_await with_scope([&](scope& children) -> task<> {
        for (int count = 0; count < 100; ++count) {
          children.spawn(count_readable(source.get(), came, cancelled));
        }
        for (int turn = 0; turn < round % 4; ++turn) co_await yield();
        signal(source);
      });
      CHECK(came + cancelled == 100);
    }
  });
}

TEST_CASE("the counters tell of completions and system calls") {
  run([]() -> task<> {
    const file_descriptor source = make_event();
    signal(source);
    const driver_counters before = loop::current().driver().counters();
    co_await poll(source.get(), POLLIN);
    co_await poll(source.get(), POLLIN);
    const driver_counters after = loop::current().driver().counters();
    CHECK(after.completions - before.completions == 2);
    CHECK(after.enters > before.enters);
  });
}

TEST_CASE("an operation that was told to end counts as pending until it has ended") {
  run([]() -> task<> {
    const file_descriptor never = make_event();
    const auto pending = [] { return loop::current().driver().counters().cancels_pending; };
    int came = 0;
    int cancelled = 0;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 3; ++count) {
        children.spawn(count_readable(never.get(), came, cancelled));
      }
      for (int turn = 0; turn < 10; ++turn) co_await yield();
      CHECK(pending() == 0);
      children.request_stop();
      // epoll has nothing to ask: there they have ended already.
      CHECK(pending() == (loop::current().driver().name() == "uring" ? 3 : 0));
      co_await children.close();
      CHECK(pending() == 0);
    });
    CHECK(cancelled == 3);
  });
}

TEST_CASE("the driver gives random numbers, a clock and the time of day") {
  run([]() -> task<> {
    driver& here = loop::current().driver();
    CHECK(here.random() != here.random());
    const time_point first = here.now();
    CHECK(here.now() >= first);
    CHECK(here.wall_clock().time_since_epoch().count() > 0);
    co_return;
  });
}

TEST_SUITE_END();
