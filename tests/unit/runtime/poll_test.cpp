// SPDX-License-Identifier: Apache-2.0
#include "weir/poll.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <array>
#include <string>

#include "run.hpp"
#include "socket_pair.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.poll");

namespace {

task<> note_events(int descriptor, short events, short& came) {
  came = co_await poll(descriptor, events);
}

}  // namespace

TEST_CASE("readiness that is there already is told at once") {
  run([]() -> task<> {
    socket_pair pair;
    CHECK(co_await poll(pair.here.get(), POLLOUT) == POLLOUT);
    pair.send();
    CHECK(co_await poll(pair.here.get(), POLLIN) == POLLIN);
    CHECK(co_await poll(pair.here.get(), POLLIN | POLLOUT) == (POLLIN | POLLOUT));
  });
}

TEST_CASE("readiness that comes later ends the wait, again and again") {
  run([]() -> task<> {
    socket_pair pair;
    for (int round = 0; round < 100; ++round) {
      short came = 0;
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(note_events(pair.here.get(), POLLIN, came));
        co_await yield();
        CHECK(came == 0);
        pair.send();
        co_await children.join();
      });
      CHECK(came == POLLIN);
      std::array<char, 8> data{};
      CHECK(::read(pair.here.get(), data.data(), data.size()) == 1);
    }
  });
}

TEST_CASE("the two directions of one descriptor are waited for at the same time") {
  run([]() -> task<> {
    socket_pair pair;
    pair.fill();
    short readable = 0;
    short writable = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_events(pair.here.get(), POLLIN, readable));
      children.spawn(note_events(pair.here.get(), POLLOUT, writable));
      co_await yield();
      pair.send();
      while (children.size() == 2) co_await yield();
      CHECK(readable == POLLIN);
      CHECK(writable == 0);
      pair.drain();
      co_await children.join();
      CHECK(writable == POLLOUT);
    });
  });
}

TEST_CASE("several tasks may wait for the same readiness") {
  run([]() -> task<> {
    socket_pair pair;
    std::array<short, 5> came{};
    co_await with_scope([&](scope& children) -> task<> {
      for (short& one : came) children.spawn(note_events(pair.here.get(), POLLIN, one));
      co_await yield();
      pair.send();
      co_await children.join();
    });
    for (const short one : came) CHECK(one == POLLIN);
  });
}

TEST_CASE("a cancelled wait ends, and the other direction waits on") {
  run([]() -> task<> {
    socket_pair pair;
    pair.fill();
    short writable = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_events(pair.here.get(), POLLOUT, writable));
      short readable = 0;
      co_await with_scope([&](scope& stopped) -> task<> {
        stopped.spawn(note_events(pair.here.get(), POLLIN, readable));
        co_await yield();
      });
      CHECK(readable == 0);
      pair.drain();
      co_await children.join();
      CHECK(writable == POLLOUT);
    });
  });
}

TEST_CASE("a wait in a stopped task does not begin") {
  run([]() -> task<> {
    socket_pair pair;
    pair.send();
    scope children;
    children.request_stop();
    short came = 0;
    children.spawn(note_events(pair.here.get(), POLLIN, came));
    co_await children.join();
    CHECK(came == 0);
  });
}

TEST_CASE("a timeout around a wait leaves the descriptor fit for the next wait") {
  run([]() -> task<> {
    socket_pair pair;
    const auto late = co_await with_timeout(1ms, poll(pair.here.get(), POLLIN)).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    pair.send();
    CHECK(co_await poll(pair.here.get(), POLLIN) == POLLIN);
  });
}

TEST_CASE("a hang-up ends the wait though nobody asked for it") {
  run([]() -> task<> {
    socket_pair pair;
    short came = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_events(pair.here.get(), POLLIN, came));
      co_await yield();
      pair.there.close();
      co_await children.join();
    });
    CHECK((came & POLLHUP) != 0);
  });
}

TEST_CASE("a descriptor that is not open is an error with its number") {
  run([]() -> task<> {
    socket_pair pair;
    const int closed = pair.here.get();
    pair.here.close();
    const auto failed = co_await poll(closed, POLLIN).as_result();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().code() == std::errc::bad_file_descriptor);
    CHECK(failed.error().message().find(std::to_string(closed)) != std::string::npos);
    CHECK_FALSE((co_await poll(-1, POLLIN).as_result()).has_value());
  });
}

TEST_CASE("a number used again for another descriptor is waited for as what it is now") {
  run([]() -> task<> {
    for (int round = 0; round < 50; ++round) {
      socket_pair pair;
      const file_descriptor kept(fcntl(pair.here.get(), F_DUPFD_CLOEXEC, 0));
      pair.send();
      CHECK(co_await poll(pair.here.get(), POLLIN) == POLLIN);
    }
  });
}

TEST_SUITE_END();
