// SPDX-License-Identifier: Apache-2.0
#include "check_orders.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "order_series.hpp"
#include "weir/event/json.hpp"
#include "weir/nats/consumer.hpp"
#include "weir/postgres/statement.hpp"

namespace weir::orders {
namespace {

constexpr auto all_order_ids = stmt<"SELECT order_id FROM orders", postgres::statement_kind::read>;

constexpr std::size_t events_a_fetch = 500;
/// How many fetches in a row may bring nothing before the check gives up.
constexpr unsigned empty_fetches_max = 20;

/// How often each order was seen.
struct sightings {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> events;
  std::uint64_t strangers = 0;

  explicit sightings(std::uint64_t count) : rows(count), events(count) {}

  void see(std::vector<std::uint32_t>& where, const uuid& order_id) {
    const auto number = number_of(order_id);
    if (number && *number < where.size()) {
      ++where[*number];
    } else {
      ++strangers;
    }
  }
};

/// Takes `count` different messages from a consumer.
task<> see_events(nats::consumer& events, std::uint64_t count, sightings& seen) {
  std::unordered_set<std::uint64_t> sequences;  // a lost acknowledgement brings one twice
  unsigned empty_fetches = 0;
  while (sequences.size() < count) {
    auto taken = co_await events.fetch(std::min(events_a_fetch, count - sequences.size()));
    empty_fetches = taken.messages.empty() ? empty_fetches + 1 : 0;
    if (empty_fetches > empty_fetches_max) {
      throw error(errc::unavailable, disposition::retry,
                  "only " + std::to_string(sequences.size()) + " of " + std::to_string(count) +
                      " orders.processed could be read: " + taken.reason);
    }
    for (nats::delivery& event : taken.messages) {
      if (sequences.insert(event.info().stream_sequence).second) {
        seen.see(seen.events, json::decode<OrderProcessed>(event.payload()).value().order_id);
      }
      event.ack();
    }
  }
}

/// Reads every orders.processed by a consumer of its own, which is removed again; gives their
/// number.
task<std::uint64_t> see_all_events(nats::jetstream& jetstream, sightings& seen) {
  const std::string stream(Orders::name);
  const std::string reader = "check-" + uuid::random().to_string();
  nats::consumer_config wanted;
  wanted.durable = reader;
  wanted.filter_subject = std::string(bind<OrderProcessed>::subject);
  const auto made = co_await jetstream.ensure_consumer(stream, std::move(wanted));
  auto events = co_await nats::consumer::open(jetstream, stream, reader);
  co_await see_events(events, made.info.pending, seen);
  co_await jetstream.delete_consumer(stream, reader);
  co_return made.info.pending;
}

}  // namespace

task<order_outcome> check_orders(nats::jetstream& jetstream, postgres::pool& database,
                                 std::uint64_t count) {
  sightings seen(count);
  order_outcome outcome;

  const auto rows = co_await database.query<uuid>(all_order_ids);
  outcome.rows = rows.size();
  for (const uuid& order_id : rows) seen.see(seen.rows, order_id);

  outcome.processed_events = co_await see_all_events(jetstream, seen);
  const auto stream = co_await jetstream.stream_info(std::string(Orders::name));
  outcome.published = stream.messages - outcome.processed_events;
  for (std::uint64_t number = 0; number < count; ++number) {
    if (seen.rows[number] == 0 || seen.events[number] == 0) ++outcome.lost;
    if (seen.events[number] > 1) outcome.duplicates += seen.events[number] - 1;
  }
  outcome.strangers = seen.strangers;
  co_return outcome;
}

}  // namespace weir::orders
