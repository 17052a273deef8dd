// SPDX-License-Identifier: Apache-2.0
// How long a pull is waited for beyond its time: a second, or two round trips where those are more.
#include "backends.hpp"
#include "orders.hpp"
#include "weir/sleep.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<> resume_after(nats::model_server& server, duration how_long) {
  co_await sleep(how_long);
  server.resume();
}

/// A server that takes `rtt` to answer while the connection is made, and `delay` to answer a pull;
/// gives how the pull ends.
task<> pull_over_slow_link(duration rtt, duration delay, nats::fetch_end& end) {
  nats::model_server server;
  scope background;
  server.pause();
  nats::connection_options options;
  options.connect_timeout = 1min;
  nats::connection link(server, options);
  background.spawn(resume_after(server, rtt));
  orders in(link);
  nats::consumer worker = co_await in.worker(0);
  server.pause();
  background.spawn(resume_after(server, delay));
  const nats::fetched got = co_await worker.fetch(1, 0s);
  end = got.end;
  co_await background.join();
  co_await link.close();
}

nats::fetch_end end_of_pull(duration rtt, duration delay) {
  nats::fetch_end end{};
  simulate({}, [&] { return pull_over_slow_link(rtt, delay, end); });
  return end;
}

/// A server that stands still for `still` when the work begins.
template <class Work>
task<> begin_on_still_server(duration still, Work work) {
  nats::model_server server;
  scope background;
  nats::connection link(server);
  orders in(link);
  nats::consumer worker = co_await in.worker(0);
  server.pause();
  background.spawn(resume_after(server, still));
  co_await work(in, worker);
  co_await background.join();
  co_await link.close();
}

task<> get_nothing(nats::consumer& worker, std::optional<error>& failed) {
  const auto came = co_await worker.next(1s).as_result();
  if (!came.has_value())
    failed = came.error();
  else
    CHECK_FALSE(came->has_value());
}

std::optional<error> failure_of_next(duration still) {
  std::optional<error> failed;
  simulate({}, [&] {
    return begin_on_still_server(
        still, [&](orders&, nats::consumer& worker) { return get_nothing(worker, failed); });
  });
  return failed;
}

task<> fetch_with_heartbeats(nats::consumer& worker, nats::fetch_end& end) {
  const nats::fetched got = co_await worker.fetch({.count = 1, .expires = 10s, .heartbeat = 100ms});
  end = got.end;
}

nats::fetch_end end_with_heartbeats(duration still) {
  nats::fetch_end end{};
  simulate({}, [&] {
    return begin_on_still_server(
        still, [&](orders&, nats::consumer& worker) { return fetch_with_heartbeats(worker, end); });
  });
  return end;
}

}  // namespace

TEST_SUITE("nats.patience") {
  TEST_CASE("a pull is overdue after a second, or after two round trips of a slow link") {
    CHECK(end_of_pull(0s, 900ms) == nats::fetch_end::no_messages);
    CHECK(end_of_pull(0s, 1100ms) == nats::fetch_end::silent);
    CHECK(end_of_pull(2s, 3900ms) == nats::fetch_end::no_messages);
    CHECK(end_of_pull(2s, 4100ms) == nats::fetch_end::silent);
  }
  TEST_CASE("a short next() bears a server that stands still for nearly a second") {
    for (const duration still : {0ms, 490ms, 600ms, 900ms, 990ms}) {
      CAPTURE(still.count());
      CHECK_FALSE(failure_of_next(still).has_value());
    }
    const auto failed = failure_of_next(2100ms);
    REQUIRE(failed.has_value());
    CHECK(failed->is(errc::unavailable));
    CHECK(failed->disposition() == disposition::retry);
  }
  TEST_CASE("heartbeats are missed after a second, however often they were asked for") {
    // The first comes 100 ms after the server has read the pull.
    CHECK(end_with_heartbeats(850ms) == nats::fetch_end::timeout);
    CHECK(end_with_heartbeats(950ms) == nats::fetch_end::silent);
  }
}
