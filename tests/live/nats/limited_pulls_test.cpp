// SPDX-License-Identifier: Apache-2.0
#include "pull_limits.hpp"

#include "backends.hpp"
#include "orders.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::pull_event::kind;
using nats::detail::parse_go_duration;
using lesson = nats::detail::pull_limits::lesson;

struct limited_source {
  int told_limits = 0;
  int told_else = 0;
  std::string last;

  task<nats::pull_source> open(orders& in, nats::pull_options options) {
    options.on_event = [this](const nats::pull_event& one) {
      ++(one.what == kind::limited ? told_limits : told_else);
      last = one.text;
    };
    return nats::pull_source::open(in.js, "ORDERS", "worker", std::move(options));
  }
};

task<> take(nats::pull_source& source, int from, int to) {
  for (int i = from; i < to; ++i) {
    auto one = co_await source.next();
    REQUIRE(one.has_value());
    CHECK(one->payload() == std::to_string(i));
    one->ack();
  }
}

task<> know_limits_before(nats::connection& link) {
  orders in(link);
  co_await in.make(20);
  nats::consumer_config small = worker_consumer();
  small.max_batch = 3;
  small.max_expires = 50ms;
  co_await in.js.ensure_consumer("ORDERS", small);
  limited_source told;
  auto source = co_await told.open(in, {.slots = 10});
  co_await take(source, 0, 20);
  // Longer than one pull may wait: it is made again and again, and nobody hears of it.
  co_await in.publish(20, 21);
  co_await take(source, 20, 21);
  CHECK(told.told_limits == 1);
  CHECK(told.told_else == 0);
  CHECK(contains(told.last, "consumer worker of stream ORDERS"));
  CHECK(contains(told.last, "at most 3 messages, 50 ms"));
  CHECK(source.counters().troubles == 0);
  CHECK(source.counters().pulls >= 7);
  co_await source.close();
}

task<> learn_limits(nats::connection& link) {
  orders in(link);
  co_await in.make(4);
  limited_source told;
  auto source = co_await told.open(in, {.slots = 4, .expires = 10s});
  co_await take(source, 0, 4);
  nats::consumer_config small = worker_consumer();
  small.max_batch = 2;
  co_await in.js.ensure_consumer("ORDERS", small);
  // What waits already is served still; the pulls after it are refused, and made smaller.
  co_await in.publish(4, 20);
  co_await take(source, 4, 20);
  CHECK(told.told_limits == 1);
  CHECK(told.told_else == 0);
  CHECK(contains(told.last, "at most 2 messages"));
  co_await source.close();
}

task<> keep_to_bytes(nats::connection& link) {
  orders in(link);
  co_await in.make(0);
  nats::consumer_config small = worker_consumer();
  small.max_bytes = 1000;
  co_await in.js.ensure_consumer("ORDERS", small);
  const std::string large(3000, 'x');
  co_await in.publish(0, 1);
  co_await in.js.publish(in.created, large);
  limited_source told;
  auto source = co_await told.open(in, {.slots = 10, .max_bytes = 100'000});
  co_await take(source, 0, 1);
  auto one = co_await source.next();
  REQUIRE(one.has_value());
  CHECK(one->payload() == large);
  one->ack();
  CHECK(told.told_limits == 1);
  CHECK(source.counters().pulls < 10);
  co_await source.close();
}

task<> wait_longer_than_a_pull(nats::connection& link) {
  orders in(link);
  co_await in.make(0);
  nats::consumer_config small = worker_consumer();
  small.max_expires = 20ms;
  co_await in.js.ensure_consumer("ORDERS", small);
  nats::consumer worker = co_await nats::consumer::open(in.js, "ORDERS", "worker");
  CHECK_FALSE((co_await worker.next(100ms)).has_value());
  scope later;
  const auto publish = [&in]() -> task<> {
    co_await in.info_when([](const auto& now) { return now.waiting_pulls == 1; });
    co_await in.info_when([](const auto& now) { return now.waiting_pulls == 0; });
    co_await in.publish(0, 1);
  };
  later.spawn(publish());
  auto one = co_await worker.next(50s);
  REQUIRE(one.has_value());
  one->ack();
  co_await later.join();
}

}  // namespace

TEST_SUITE("nats.limited_pulls") {
  TEST_CASE("a source asks for no more than its consumer lets one pull ask for, and says so once") {
    on_every_server(know_limits_before);
  }
  TEST_CASE("a source learns a limit that was set under it, says so once, and goes on") {
    on_every_server(learn_limits);
  }
  TEST_CASE("a message larger than a pull may ask for comes by itself") {
    on_every_server(keep_to_bytes);
  }
  TEST_CASE("next waits its time although a pull may not wait as long") {
    on_every_server(wait_longer_than_a_pull);
  }
  TEST_CASE("a limit is read from the words of a refusal, and nothing else is") {
    nats::detail::pull_limits limits{nats::consumer_config{}};
    CHECK(limits.learn("Exceeded MaxRequestBatch of 10") == lesson::learned);
    CHECK(limits.learn("Exceeded MaxRequestBatch of 10") == lesson::known);
    CHECK(limits.learn("Exceeded MaxRequestBatch of 5") == lesson::learned);
    CHECK(limits.learn("Exceeded MaxRequestMaxBytes of 4096") == lesson::learned);
    CHECK(limits.learn("Exceeded MaxRequestExpires of 1m30.5s") == lesson::learned);
    CHECK(limits.batch() == 5);
    CHECK(limits.bytes() == 4096);
    CHECK(limits.expires() == 90500ms);
    for (const char* words : {"Exceeded MaxRequestBatch", "Exceeded MaxRequestBatch of ten",
                              "Exceeded MaxRequestBatch of 0", "Exceeded MaxRequestBatch of -1",
                              "Exceeded MaxRequestExpires of 0s", "Exceeded MaxRequestExpires of ",
                              "Exceeded MaxWaiting", ""}) {
      CAPTURE(words);
      CHECK(limits.learn(words) == lesson::unreadable);
    }
    CHECK(limits.shown() == "at most 5 messages, 4096 bytes, 90500 ms");
  }
  TEST_CASE("spans are read as Go writes them") {
    CHECK(parse_go_duration("1h0m0s") == 1h);
    CHECK(parse_go_duration("1m30.5s") == 90500ms);
    CHECK(parse_go_duration("300ms") == 300ms);
    CHECK(parse_go_duration("1.5\u00b5s") == 1500ns);
    CHECK(parse_go_duration("7ns") == 7ns);
    CHECK(parse_go_duration("0s") == 0s);
    for (const char* none :
         {"", "s", "5", "5x", "1m s", "-1s", "nans", "infs", "1e9s", "99999999999999h"}) {
      CAPTURE(none);
      CHECK_FALSE(parse_go_duration(none).has_value());
    }
  }
}
