// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include "events.hpp"

namespace {

constexpr auto store_item = weir::stmt<
    "insert into items (item_id, title, quantity) values ($1, $2, $3) "
    "on conflict (item_id) do update set title = excluded.title, quantity = excluded.quantity">;

// The row, the event and the message's entry in the inbox are one commit: however often the
// message is delivered, they are there once.
weir::task<> store(item_created item, weir::tx& db) {
  co_await db.exec(store_item, item.item_id, item.title, item.quantity);
  db.publish(item_stored{item.item_id, item.quantity});
}

}  // namespace

weir::service make_service() {
  using namespace std::chrono_literals;
  weir::service made("@name@");
  made.version(SERVICE_VERSION)
      .migrations(SERVICE_MIGRATIONS)
      .on<store>(weir::durable("@name@")
                     .workers(64)
                     .once(24h)
                     .retry(5, weir::exponential(1s, 5min).full_jitter())
                     .deadline(20s)
                     .dead_letter("dlq.@name@"));
  return made;
}
