// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "parcels.hpp"
#include "weir/loop.hpp"
#include "weir/test/service.hpp"

// The handlers of these tests, in each form, and the service around one of them.

using namespace std::chrono_literals;

inline constexpr auto store = weir::stmt<"insert into parcels (id) values ($1)">;

using ids = std::vector<std::int64_t>;
using spans = std::vector<weir::duration>;

/// What the handlers below do, and have seen; of one test case.
struct parcel_story {
  int failures = 0;  ///< So many of the next attempts fail.
  spans tried;       ///< When attempts began, after the first.
  ids order;         ///< The parcels in the order of their attempts.
  weir::time_point first_try = {};
};
inline parcel_story story;

inline void note_attempt(std::int64_t id) {
  const auto now = weir::loop::current().now();
  if (story.tried.empty()) story.first_try = now;
  story.tried.push_back(now - story.first_try);
  story.order.push_back(id);
  if (story.failures > 0) {
    --story.failures;
    throw weir::error(weir::errc::unavailable, weir::disposition::retry, "the shelf is full");
  }
}

inline weir::task<> without_database(Parcel parcel, weir::publications& events) {
  note_attempt(parcel.id);
  events.publish(Receipt{parcel.id});
  co_return;
}

inline weir::task<> one_by_one(Parcel parcel, weir::tx& db) {
  note_attempt(parcel.id);
  co_await db.exec(store, parcel.id);
  db.publish(Receipt{parcel.id});
}

inline weir::task<> together(Parcel parcel, weir::unit& db) {
  note_attempt(parcel.id);
  co_await db.exec(store, parcel.id);
  db.publish(Receipt{parcel.id});
}

inline weir::task<> in_batches(std::span<const Parcel> parcels, weir::tx& db) {
  for (const auto& parcel : parcels) {
    note_attempt(parcel.id);
    db.enqueue(store, parcel.id);
    db.publish(Receipt{parcel.id});
  }
  co_return;
}

inline weir::durable policy() {
  return weir::durable("parcels")
      .workers(4)
      .retry(4, weir::exponential(1h, 24h))
      .ack_wait(30s)
      .dead_letter("dlq.parcels");
}

/// The service with this handler, at the beginning of a story.
template <auto Handler>
weir::service with(weir::durable policy) {
  story = {};
  weir::service made("parcels-test");
  made.migrations(BENCH_MIGRATIONS).on<Handler>(std::move(policy));
  return made;
}

/// The parcels of the receipts, in the order of their stream.
inline ids receipts(const weir::test::service& bench) {
  ids found;
  for (const auto& one : bench.published<Receipt>()) found.push_back(one.parcel);
  return found;
}
