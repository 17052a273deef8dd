// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixture.hpp"
#include "weir/nats/pull_source.hpp"

namespace weir::test {

/// The stream ORDERS with a consumer "worker", as most tests need them.
struct orders {
  explicit orders(nats::connection& over) : js(over) {}

  /// Makes both, with messages "0", "1", ... in the stream.
  task<> make(int messages, std::optional<duration> ack_wait = {}) {
    co_await js.ensure_stream(orders_stream());
    nats::consumer_config config = worker_consumer();
    config.ack_wait = ack_wait;
    co_await js.ensure_consumer("ORDERS", config);
    co_await publish(0, messages);
  }

  task<> publish(int from, int to) {
    std::vector<nats::publication> sent;
    for (int i = from; i < to; ++i)
      sent.push_back(co_await js.publish_later(created, std::to_string(i)));
    for (auto& one : sent) co_await one.confirmed();
  }

  task<nats::consumer> worker(int messages, std::optional<duration> ack_wait = {}) {
    co_await make(messages, ack_wait);
    co_return co_await nats::consumer::open(js, "ORDERS", "worker");
  }

  task<nats::consumer_info> info() { return js.consumer_info("ORDERS", "worker"); }

  /// Asks until the consumer is as `is_so` says: the server answers questions while it has
  /// acknowledgements that it has read but not looked at.
  template <class Predicate>
  task<nats::consumer_info> info_when(Predicate is_so) {
    for (;;) {
      const nats::consumer_info now = co_await info();
      if (is_so(now)) co_return now;
    }
  }

  task<nats::consumer_info> info_when_acknowledged(std::uint64_t up_to) {
    return info_when(
        [up_to](const nats::consumer_info& now) { return now.ack_floor_stream_sequence == up_to; });
  }

  nats::jetstream js;
  nats::subject created{"orders.created"};
};

}  // namespace weir::test
