// SPDX-License-Identifier: Apache-2.0
#include "weir/connections.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "run.hpp"
#include "scripted_network.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/tcp.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.connections");

namespace {

/// Keeps what it is told.
struct reports {
  std::vector<error> told;
  auto hook() {
    return [this](const error& failure) { told.push_back(failure); };
  }
};

std::vector<duration> pauses(const std::vector<duration>& moments) {
  std::vector<duration> between;
  for (std::size_t at = 1; at < moments.size(); ++at) {
    between.push_back(moments[at] - moments[at - 1]);
  }
  return between;
}

}  // namespace

TEST_CASE("without descriptors it pauses longer and longer, says so once, and goes on by itself") {
  for (const int lack : {EMFILE, ENFILE, ENOBUFS, ENOMEM}) {
    run_scripted([&](scripted_network& network) -> task<> {
      network.accepts.assign(9, -lack);
      network.accepts.push_back(0);
      tcp_listener listener = tcp_listener::bind("192.0.2.1", 80);
      reports seen;
      auto coming = connections(listener, seen.hook());
      CHECK((co_await coming.next()).has_value());
      const std::vector<duration> expected{10ms, 20ms, 40ms, 80ms, 160ms, 320ms, 640ms, 1s, 1s};
      CHECK(pauses(network.accepts_asked) == expected);
      REQUIRE(seen.told.size() == 1);
      CHECK(seen.told.front().code().value() == lack);
      CHECK(seen.told.front().message().find("accept a connection on 192.0.2.1:") == 0);
    });
  }
}

TEST_CASE(
    "a pause begins short again after a connection, and is told again when it was long well") {
  run_scripted([](scripted_network& network) -> task<> {
    network.accepts = {-EMFILE, -EMFILE, 0, -EMFILE, 0};
    tcp_listener listener = tcp_listener::bind("192.0.2.1", 80);
    reports seen;
    auto coming = connections(listener, seen.hook());
    CHECK((co_await coming.next()).has_value());
    CHECK((co_await coming.next()).has_value());
    const std::vector<duration> expected{10ms, 20ms, 10ms};
    CHECK(pauses(network.accepts_asked) == expected);
    CHECK(seen.told.size() == 1);

    co_await sleep(exhaustion_over_after);
    network.accepts = {-EMFILE, 0};
    network.go_on_accepting();
    CHECK((co_await coming.next()).has_value());
    CHECK(seen.told.size() == 2);
  });
}

TEST_CASE("a connection that is lost before it is accepted is passed over at once, untold") {
  run_scripted([](scripted_network& network) -> task<> {
    network.accepts = {-ECONNABORTED, -EPROTO, -ENETDOWN, 0};
    tcp_listener listener = tcp_listener::bind("192.0.2.1", 80);
    reports seen;
    auto coming = connections(listener, seen.hook());
    CHECK((co_await coming.next()).has_value());
    CHECK(loop::current().now().time_since_epoch() == 0ms);
    CHECK(seen.told.empty());
  });
}

TEST_CASE("all who wait for a connection get one, though the kernel ends its accept with each") {
  run_scripted([](scripted_network& network) -> task<> {
    network.accepts_end = true;
    tcp_listener listener = tcp_listener::bind("192.0.2.1", 80);
    co_await with_scope([&](scope& children) -> task<> {
      constexpr int waiting = 3;
      int accepted = 0;
      for (int count = 0; count < waiting; ++count) {
        children.spawn([](tcp_listener& from, int& so_many) -> task<> {
          const tcp_stream taken = co_await from.accept();
          ++so_many;
        }(listener, accepted));
      }
      co_await sleep(1ms);
      network.accepts.assign(waiting, 0);
      network.go_on_accepting();
      co_await children.join();
      CHECK(accepted == waiting);
      CHECK(network.accepts_asked.size() == waiting);
    });
  });
}

TEST_CASE("what is wrong with the listener ends the stream with its error") {
  run_scripted([](scripted_network& network) -> task<> {
    network.accepts = {-EBADF};
    tcp_listener listener = tcp_listener::bind("192.0.2.1", 80);
    auto coming = connections(listener);
    const auto failed = co_await coming.next().as_result();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().code() == std::errc::bad_file_descriptor);
    CHECK_FALSE((co_await coming.next()).has_value());
  });
}

TEST_CASE("a next that is cancelled loses no connection") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    auto coming = connections(listener);
    const auto late = co_await with_timeout(1ms, coming.next()).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    const tcp_stream client = co_await tcp_stream::connect(listener.address());
    auto again = connections(listener);
    CHECK((co_await again.next()).has_value());
  });
}

TEST_SUITE_END();
