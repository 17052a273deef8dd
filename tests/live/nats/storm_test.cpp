// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>

#include "orders.hpp"
#include "storms.hpp"
#include "weir/nats/pull_source.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr int producers = 3;
constexpr int messages_each = 100;
constexpr int messages_in_all = producers * messages_each;
constexpr std::size_t slots = 16;
constexpr int workers = 4;
constexpr std::uint64_t storms = 20;

/// What has been handled, by stream sequence: the numbers of the deliveries.
struct handled {
  std::map<std::uint64_t, std::set<std::uint64_t>> deliveries;
  std::set<std::string> bodies;
  bool twice = false;
  std::size_t in_hand = 0;
  std::size_t most_in_hand = 0;
};

task<> produce(orders& in, int producer) {
  for (int i = 0; i < messages_each; ++i) {
    const std::string body = std::to_string(producer * messages_each + i);
    co_await in.js.publish(in.created, body, {.timeout = 10min});
    co_await sleep(up_to(200ms));
  }
}

task<> work(nats::pull_source& source, handled& done) {
  while (auto one = co_await source.next()) {
    done.most_in_hand = std::max(done.most_in_hand, ++done.in_hand);
    CHECK(source.unfinished() <= slots);
    const auto [at, is_new] =
        done.deliveries[one->info().stream_sequence].insert(one->info().delivered);
    done.twice = done.twice || !is_new;
    done.bodies.emplace(one->payload());
    co_await sleep(up_to(100ms));
    one->ack();
    --done.in_hand;
  }
}

/// One fault after another, each at a random moment, until it is stopped.
task<> rage(nats::model_server& server) {
  for (;;) {
    co_await sleep(up_to(2s));
    const std::size_t count = 1 + loop::current().random() % 5;
    switch (loop::current().random() % 6) {
      case 0:
        server.disconnect_all();
        break;
      case 1:
        server.lose_acks(count);
        break;
      case 2:
        server.lose_confirmations(count);
        break;
      case 3:
        server.change_leader();
        break;
      case 4:
        co_await shield(pause_for(server, up_to(500ms)));
        break;
      default:
        co_await shield(stop_for(server, up_to(500ms)));
    }
  }
}

task<> weather(nats::connection& link, nats::model_server& server) {
  orders in(link);
  co_await in.make(0, 2s);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker",
                                                 {.slots = slots, .expires = 10s, .heartbeat = 1s});
  handled done;
  scope working;
  for (int i = 0; i < workers; ++i) working.spawn(work(source, done));
  scope storm;
  storm.spawn(rage(server));
  scope producing;
  for (int i = 0; i < producers; ++i) producing.spawn(produce(in, i));
  co_await producing.join();
  co_await storm.close();
  const nats::consumer_info info = co_await in.info_when_acknowledged(messages_in_all);
  source.stop();
  co_await working.join();
  co_await source.close();

  const nats::stream_info stream = co_await in.js.stream_info("ORDERS");
  CHECK(stream.messages == messages_in_all);  // none lost, none stored twice
  CHECK(done.bodies.size() == messages_in_all);
  CHECK(done.deliveries.size() == messages_in_all);
  CHECK_FALSE(done.twice);  // no delivery was handled twice
  CHECK(done.most_in_hand <= workers);
  CHECK(info.ack_pending == 0);
}

}  // namespace

TEST_SUITE("nats.storm") {
  TEST_CASE("no message is lost or handled twice whatever faults come, in every order") {
    in_storms(storms, weather);
  }
}
