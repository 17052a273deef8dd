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

}  // namespace

TEST_SUITE("nats.patience") {
  TEST_CASE("a pull is overdue after a second, or after two round trips of a slow link") {
    CHECK(end_of_pull(0s, 900ms) == nats::fetch_end::no_messages);
    CHECK(end_of_pull(0s, 1100ms) == nats::fetch_end::silent);
    CHECK(end_of_pull(2s, 3900ms) == nats::fetch_end::no_messages);
    CHECK(end_of_pull(2s, 4100ms) == nats::fetch_end::silent);
  }
}
