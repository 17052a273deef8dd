// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/advisories.hpp"

#include "backends.hpp"
#include "orders.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// The next advisory of this kind.
template <class Kind>
task<Kind> next(stream<nats::advisory>& from) {
  for (;;) {
    auto one = co_await from.next();
    REQUIRE(one.has_value());
    const Kind* found = std::get_if<Kind>(&one->what);
    if (found == nullptr) continue;
    CHECK(one->type.starts_with("io.nats.jetstream.advisory.v1."));
    CHECK_FALSE(one->id.empty());
    CHECK(one->time > timestamp());
    CHECK(one->subject.starts_with("$JS.EVENT.ADVISORY."));
    CHECK(one->text.starts_with("{"));
    co_return *found;
  }
}

task<> tell_what_happens(nats::connection& link) {
  auto told = nats::advisories(link);
  orders in(link);
  co_await in.js.ensure_stream(orders_stream());
  const auto made = co_await next<nats::stream_action_advisory>(told);
  CHECK(made.stream == "ORDERS");
  CHECK(made.action == "create");
  nats::consumer_config config = worker_consumer();
  config.max_deliver = 2;
  config.ack_wait = 100ms;
  co_await in.js.ensure_consumer("ORDERS", config);
  const auto consumer = co_await next<nats::consumer_action_advisory>(told);
  CHECK(consumer.stream == "ORDERS");
  CHECK(consumer.consumer == "worker");
  CHECK(consumer.action == "create");

  co_await in.publish(0, 1);
  nats::consumer worker = co_await nats::consumer::open(in.js, "ORDERS", "worker");
  nats::fetched got = co_await worker.fetch(1);
  got.messages.at(0).nak();
  const auto nak = co_await next<nats::nak_advisory>(told);
  CHECK(nak.consumer == "worker");
  CHECK(nak.stream_sequence == 1);
  CHECK(nak.consumer_sequence == 1);
  CHECK(nak.deliveries == 1);
  got = co_await worker.fetch(1);
  REQUIRE(got.messages.size() == 1);
  // The second and last delivery is left alone; the server notices at a later pull.
  nats::fetched none = co_await worker.fetch(1, 1s);
  CHECK(none.messages.empty());
  const auto exhausted = co_await next<nats::max_deliveries_advisory>(told);
  CHECK(exhausted.stream == "ORDERS");
  CHECK(exhausted.consumer == "worker");
  CHECK(exhausted.stream_sequence == 1);
  CHECK(exhausted.deliveries == 2);

  co_await in.publish(1, 2);
  got = co_await worker.fetch(1);
  got.messages.at(0).term();
  const auto ended = co_await next<nats::terminated_advisory>(told);
  CHECK(ended.stream_sequence == 2);
  CHECK(ended.deliveries == 1);
  co_await in.js.delete_consumer("ORDERS", "worker");
  CHECK((co_await next<nats::consumer_action_advisory>(told)).action == "delete");
}

/// One is published as the server would, and read as it is told.
task<nats::advisory> tell(nats::connection& link, stream<nats::advisory>& from, std::string text) {
  const nats::subject to("$JS.EVENT.ADVISORY.TEST");
  co_await link.publish(to, text);
  auto one = co_await from.next();
  CHECK(one->text == text);
  co_return std::move(*one);
}

std::string of_kind(const std::string& kind) {
  return R"({"type":"io.nats.jetstream.advisory.v1.)" + kind +
         R"(","id":"A","timestamp":"2026-01-02T03:04:05.123456789Z","stream":"S","leader":"n1",)" +
         R"("replicas":[{"name":"n1","current":true},{"name":"n2","offline":true}]})";
}

task<> read_all_kinds(nats::connection& link) {
  const nats::subject_pattern pattern("$JS.EVENT.ADVISORY.TEST");
  auto told = nats::advisories(link, pattern);
  const auto elected = co_await tell(link, told, of_kind("stream_leader_elected"));
  const auto* leader = std::get_if<nats::leader_elected_advisory>(&elected.what);
  REQUIRE(leader != nullptr);
  CHECK(leader->stream == "S");
  CHECK(leader->leader == "n1");
  CHECK(leader->consumer.empty());
  CHECK(elected.time == *parse_rfc3339("2026-01-02T03:04:05.123456Z"));
  const auto lost = co_await tell(link, told, of_kind("consumer_quorum_lost"));
  const auto* quorum = std::get_if<nats::quorum_lost_advisory>(&lost.what);
  REQUIRE(quorum != nullptr);
  CHECK(quorum->replicas == std::vector<std::string>{"n1", "n2"});

  for (const std::string& text :
       {of_kind("something_new"), std::string(R"({"type":"io.nats.other"})")}) {
    const auto other = co_await tell(link, told, text);
    CHECK(std::holds_alternative<nats::other_advisory>(other.what));
    CHECK_FALSE(other.type.empty());
  }
  for (const char* text : {"", "not JSON", "{}", R"({"type":5})", "[]"}) {
    const auto other = co_await tell(link, told, text);
    CHECK(std::holds_alternative<nats::other_advisory>(other.what));
    CHECK(other.type.empty());
  }
}

}  // namespace

TEST_SUITE("nats.advisories") {
  TEST_CASE("what the server says about streams, consumers and deliveries comes typed") {
    on_every_server(tell_what_happens);
  }
  TEST_CASE("elections and lost quorums are read, and what is not known is kept as it came") {
    on_every_server(read_all_kinds);
  }
}
