// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"
#include "orders.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<> make_cumulative(orders& in, int messages) {
  co_await in.js.ensure_stream(orders_stream());
  nats::consumer_config config = worker_consumer();
  config.ack = nats::ack_policy::all;
  co_await in.js.ensure_consumer("ORDERS", config);
  co_await in.publish(0, messages);
}

task<> ack_last_of_fetch(nats::connection& link) {
  orders in(link);
  co_await make_cumulative(in, 5);
  nats::consumer worker = co_await nats::consumer::open(in.js, "ORDERS", "worker");
  nats::fetched got = co_await worker.fetch(5);
  REQUIRE(got.messages.size() == 5);
  got.messages[2].ack();
  CHECK((co_await in.info_when_acknowledged(3)).ack_pending == 2);
  got.messages[4].ack();
  CHECK((co_await in.info_when_acknowledged(5)).ack_pending == 0);
}

/// Takes `count` from the source, which are all that it has slots for.
task<std::vector<nats::delivery>> take(nats::pull_source& source, std::size_t count) {
  std::vector<nats::delivery> held;
  while (held.size() < count) {
    auto one = co_await source.next();
    REQUIRE(one.has_value());
    held.push_back(std::move(*one));
  }
  CHECK(source.unfinished() == count);
  co_return held;
}

task<> ack_last_of_source(nats::connection& link) {
  constexpr std::size_t slots = 4;
  orders in(link);
  co_await make_cumulative(in, 2 * slots);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker", {.slots = slots});
  std::vector<nats::delivery> first = co_await take(source, slots);
  first[1].ack();
  // Two are finished, though one of them has not been touched; both their slots are used again.
  while (source.unfinished() < slots) co_await link.flush();
  CHECK_FALSE(first[0].is_finished());
  first.pop_back();  // Dropped: this one was not finished, and its slot is free as well.
  CHECK(source.unfinished() == slots - 1);
  std::vector<nats::delivery> second;
  for (int i = 0; i < 2; ++i) second.push_back(std::move(*co_await source.next()));
  second.back().ack();  // The sixth: all before it are finished, the dropped one too.
  CHECK((co_await in.info_when_acknowledged(6)).redelivered == 0);
  std::vector<nats::delivery> last;
  for (int i = 0; i < 2; ++i) last.push_back(std::move(*co_await source.next()));
  CHECK(last.back().payload() == "7");
  CHECK(source.unfinished() == 2);
  // What is destroyed now was counted as finished before, and is not counted twice.
  first.clear();
  second.clear();
  CHECK(source.unfinished() == 2);
  last.back().ack();
  CHECK(source.unfinished() == 0);
  CHECK((co_await in.info_when_acknowledged(2 * slots)).ack_pending == 0);
  co_await source.close();
}

task<> count_bytes(nats::connection& link) {
  orders in(link);
  co_await make_cumulative(in, 0);
  const std::string body(300, 'x');
  for (int i = 0; i < 8; ++i) co_await in.js.publish(in.created, body);
  auto source =
      co_await nats::pull_source::open(in.js, "ORDERS", "worker", {.slots = 8, .max_bytes = 900});
  for (int pair = 0; pair < 4; ++pair) {
    auto one = co_await source.next();
    auto other = co_await source.next();
    REQUIRE(one.has_value());
    REQUIRE(other.has_value());
    other->ack();  // The bytes of both are free.
    CHECK(source.unfinished() == 0);
  }
  CHECK((co_await in.info_when_acknowledged(8)).redelivered == 0);
  co_await source.close();
}

task<> ack_behind_nak(nats::connection& link) {
  orders in(link);
  co_await make_cumulative(in, 5);
  nats::consumer worker = co_await nats::consumer::open(in.js, "ORDERS", "worker");
  nats::fetched got = co_await worker.fetch(5);
  REQUIRE(got.messages.size() == 5);
  got.messages[1].nak();
  // By its place in the stream: the second is finished by the fourth, and not delivered again.
  got.messages[3].ack();
  CHECK((co_await in.info_when_acknowledged(4)).ack_pending == 1);
  nats::fetched none = co_await worker.fetch({.count = 1, .expires = duration::zero()});
  CHECK(none.messages.empty());
  got.messages[4].ack();
  CHECK((co_await in.info_when_acknowledged(5)).ack_pending == 0);
}

task<> ack_behind_redelivery(nats::connection& link) {
  constexpr std::size_t count = 4;
  orders in(link);
  co_await make_cumulative(in, count);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker", {.slots = 2 * count});
  std::vector<nats::delivery> first = co_await take(source, count);
  first[1].nak();
  CHECK(source.unfinished() == count - 1);
  auto again = co_await source.next();
  REQUIRE(again.has_value());
  CHECK(again->info().stream_sequence == 2);
  CHECK(again->info().delivered == 2);
  CHECK(source.unfinished() == count);
  // It came behind the fourth, and stands before it in the stream.
  first[3].ack();
  CHECK(source.unfinished() == 0);
  again->ack();  // Finished already, and not counted twice.
  CHECK(source.unfinished() == 0);
  co_await in.publish(count, 2 * count);
  std::vector<nats::delivery> rest = co_await take(source, count);
  CHECK(rest.front().info().stream_sequence == count + 1);
  rest.back().ack();
  CHECK(source.unfinished() == 0);
  const auto end = co_await in.info_when_acknowledged(2 * count);
  CHECK(end.ack_pending == 0);
  CHECK(end.redelivered == 0);
  co_await source.close();
}

}  // namespace

TEST_SUITE("nats.ack_all") {
  TEST_CASE("with ack_policy::all an acknowledgement finishes all that was delivered before") {
    on_every_server(ack_last_of_fetch);
  }
  TEST_CASE("with ack_policy::all one that was given back is finished by a later one as well") {
    on_every_server(ack_behind_nak);
  }
  TEST_CASE("with ack_policy::all a redelivery is finished by what is behind it in the stream") {
    on_every_server(ack_behind_redelivery);
  }
  TEST_CASE("with ack_policy::all an acknowledgement frees the slots of all before it, once") {
    on_every_server(ack_last_of_source);
  }
  TEST_CASE("with ack_policy::all an acknowledgement frees the bytes of all before it") {
    on_every_server(count_bytes);
  }
}
