// SPDX-License-Identifier: Apache-2.0
#include "stored_times.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "orders/order_series.hpp"
#include "weir/event/json.hpp"
#include "weir/nats/consumer.hpp"

namespace weir::bench {
namespace {

constexpr const char* reader = "latencies";
constexpr std::size_t messages_a_fetch = 500;

struct stored_times {
  timestamp created, processed;
};

/// Where the times of one message belong.
timestamp& place_of(const nats::delivery& message, std::vector<stored_times>& times) {
  if (message.subject() == bind<OrderCreated>::subject) {
    const auto order = json::decode<OrderCreated>(message.payload()).value();
    return times.at(orders::number_of(order.order_id).value()).created;
  }
  const auto event = json::decode<OrderProcessed>(message.payload()).value();
  return times.at(orders::number_of(event.order_id).value()).processed;
}

latency latency_of(const std::vector<stored_times>& times) {
  std::vector<double> milliseconds;
  milliseconds.reserve(times.size());
  for (const stored_times& one : times) {
    milliseconds.push_back(
        std::chrono::duration<double, std::milli>(one.processed - one.created).count());
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  const auto at = [&](std::size_t hundredths) {
    return milliseconds[(milliseconds.size() - 1) * hundredths / 100];
  };
  return {.p50_ms = at(50), .p99_ms = at(99)};
}

}  // namespace

task<latency> read_latency(nats::jetstream& jetstream, std::uint64_t orders) {
  const std::string stream(Orders::name);
  nats::consumer_config wanted;
  wanted.durable = reader;
  co_await jetstream.ensure_consumer(stream, std::move(wanted));
  auto messages = co_await nats::consumer::open(jetstream, stream, reader);
  std::vector<stored_times> times(orders);
  for (std::uint64_t seen = 0; seen < 2 * orders;) {
    auto taken = co_await messages.fetch(messages_a_fetch);
    if (taken.messages.empty())
      throw error(errc::unavailable, disposition::retry,
                  "the stream's messages cannot be read again: " + taken.reason);
    for (nats::delivery& message : taken.messages) {
      place_of(message, times) = message.info().time;
      seen = message.info().stream_sequence;
      message.ack();
    }
  }
  co_await jetstream.delete_consumer(stream, reader);
  co_return latency_of(times);
}

}  // namespace weir::bench
