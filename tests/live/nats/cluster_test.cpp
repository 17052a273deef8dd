// SPDX-License-Identifier: Apache-2.0
#include "live_cluster.hpp"
#include "told.hpp"
#include "traffic.hpp"
#include "weir/nats/request.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;

constexpr std::size_t some_messages = 2000;

/// Lets traffic over `link` flow, does `fault()` in the middle of it, and lets it flow on.
template <class Fault>
task<> bear(traffic& flow, Fault fault) {
  co_await with_scope([&](scope& running) -> task<> {
    running.spawn(flow.run());
    co_await flow.go_on(some_messages);
    co_await fault();
    co_await flow.go_on(some_messages);
    flow.finish();
    co_await running.join();
  });
  co_await flow.check();
}

enum class leads : unsigned char { stream, consumer };

task<std::string> leader(nats::jetstream js, leads what) {
  if (what == leads::stream) co_return (co_await js.stream_info("ORDERS")).cluster.leader;
  co_return (co_await js.consumer_info("ORDERS", "worker")).cluster.leader;
}

/// The next leader; while there is none the servers may not answer.
task<std::string> leader_after(nats::jetstream js, leads what, std::string before) {
  for (;;) {
    const auto now = co_await leader(js, what).as_result();
    if (now.has_value() && !now->empty() && *now != before) co_return *now;
    if (!now.has_value() && !now.error().is(errc::unavailable)) throw now.error();
  }
}

task<> make_and_tell_leader(nats::connection& link, leads what, std::string& name) {
  traffic flow(link);
  co_await flow.make(3);
  name = co_await leader_after(flow.in().js, what, "");
}

/// nats-server 2.9 confirms an acknowledgement before the other replicas have it, and a crash of
/// the leader may undo it; a newer one waits for them.
void check_acknowledgements(const traffic& flow, const servers::nats_server& of) {
  if (!of.version().starts_with("2.9.")) CHECK(flow.came_after_acknowledgement() == 0);
}

/// The leader of the stream, or of the consumer, crashes; the client is connected to it or not.
void crash_leader(leads what, bool is_connected_to_it) {
  live_cluster cluster;
  std::string name;
  with_connection(cluster.options(cluster->server(0)),
                  [&](auto& link) { return make_and_tell_leader(link, what, name); });
  servers::nats_server& leading = cluster->named(name);
  servers::nats_server& first = is_connected_to_it ? leading : cluster.other_than(leading);
  told heard;
  with_connection(heard.listen(cluster.options(first)), [&](nats::connection& link) -> task<> {
    traffic flow(link);
    co_await bear(flow, [&] { return cluster.kill(leading); });
    check_acknowledgements(flow, leading);
    CHECK(link.statistics().reconnects == (is_connected_to_it ? 1 : 0));
    co_await leader_after(flow.in().js, what, name);
  });
}

/// Asks the leader to let another one lead, and waits until there is one.
task<> step_down(nats::connection& link, leads what, std::string subject) {
  nats::jetstream js(link);
  const std::string before = co_await leader_after(js, what, "");
  const nats::subject to(subject);
  co_await nats::request(link, to, "");
  co_await leader_after(js, what, before);
}

task<> change_leaders(nats::connection& link) {
  traffic flow(link);
  co_await flow.make(3);
  co_await bear(flow, [&]() -> task<> {
    co_await step_down(link, leads::consumer, "$JS.API.CONSUMER.LEADER.STEPDOWN.ORDERS.worker");
    co_await flow.go_on(some_messages);
    co_await step_down(link, leads::stream, "$JS.API.STREAM.LEADER.STEPDOWN.ORDERS");
  });
  CHECK(link.statistics().reconnects == 0);
}

task<> change_leader_of_waiting_pull(nats::connection& link) {
  traffic flow(link);
  co_await flow.make(3);
  auto source = co_await nats::pull_source::open(flow.in().js, "ORDERS", "worker");
  co_await flow.in().info_when([](const auto& now) { return now.waiting_pulls == 1; });
  co_await step_down(link, leads::consumer, "$JS.API.CONSUMER.LEADER.STEPDOWN.ORDERS.worker");
  co_await flow.in().publish(0, 1);
  auto first = co_await source.next();
  REQUIRE(first.has_value());
  co_await first->ack_sync();
  // Silence is noticed by heartbeats, after ten seconds; this was told.
  CHECK(source.counters().heartbeats_missed == 0);
  CHECK(source.counters().pulls >= 2);
  co_await source.close();
}

task<> leave_lame_duck(nats::connection& link, live_cluster& cluster, told& heard) {
  traffic flow(link);
  co_await flow.make(3);
  const std::string first = heard.all.at(0).server;
  servers::nats_server& lame = cluster->at(first);
  co_await bear(flow, [&]() -> task<> {
    lame.enter_lame_duck_mode();
    co_await heard.next(kind::lame_duck);
    const nats::connection_event moved = co_await heard.next(kind::connected, 1);
    CHECK(moved.server != first);
  });
  check_acknowledgements(flow, lame);
  CHECK(lame.is_running());
  CHECK(link.statistics().reconnects == 1);
  for (const nats::connection_event& one : heard.all) CHECK(one.what != kind::disconnected);
}

}  // namespace

TEST_SUITE("nats.cluster") {
  TEST_CASE("the leader of a stream may crash while messages come and go: nothing is lost") {
    crash_leader(leads::stream, false);
  }
  TEST_CASE("the server of a connection may crash: it goes to another that it was told of") {
    crash_leader(leads::stream, true);
  }
  TEST_CASE("the leader of a consumer may crash while messages come and go: nothing is lost") {
    crash_leader(leads::consumer, false);
  }
  TEST_CASE("leaders of a stream and a consumer may change while messages come and go") {
    live_cluster cluster;
    with_connection(cluster.options(cluster->server(0)), change_leaders);
  }
  TEST_CASE("a pull that waits is made again at once when its consumer has another leader") {
    live_cluster cluster;
    with_connection(cluster.options(cluster->server(0)), change_leader_of_waiting_pull);
  }
  TEST_CASE("a server of a cluster that is a lame duck is left while messages come and go") {
    live_cluster cluster("lame_duck_duration: \"30s\", lame_duck_grace_period: \"20s\"\n");
    told heard;
    with_connection(heard.listen(cluster.options(cluster->server(0))),
                    [&](auto& link) { return leave_lame_duck(link, cluster, heard); });
  }
}
