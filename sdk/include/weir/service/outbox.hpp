// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "weir/nats/jetstream.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/service/tx.hpp"

namespace weir {
namespace detail {
class outbox_program;
struct stored_events;
}  // namespace detail

/// Transactions whose events are published if they are committed, and only then: for programs that
/// store and publish, and are no handlers of messages. Handlers have it built in.
///
///     weir::outbox outbox(database, jetstream);
///     co_await outbox.open();
///     co_await outbox.transaction([&](weir::tx& db) -> weir::task<> {
///       co_await db.exec(insert_order, order.id, order.amount_cents);
///       db.publish(OrderCreated{order.id, order.amount_cents});
///     });
///
/// The events are stored in the transaction (the table `weir_outbox`, made where it is missing),
/// sent from memory when it is committed, and deleted when their streams have confirmed them. What
/// could not be sent, or a crash has left, is sent by this object or that of another program on the
/// same database: in the order in which it was stored, within seconds. A stream refuses what is
/// sent twice within its duplicate window.
///
/// For one loop; must be closed before it, the pool or the connection is destroyed.
class outbox {
 public:
  outbox(postgres::pool& database, nats::connection& over);
  ~outbox();
  outbox(const outbox&) = delete;
  outbox& operator=(const outbox&) = delete;

  /// Makes the table where it is missing, sends what is left of earlier programs, and begins to
  /// sweep. Throws what the database throws. Comes before transaction().
  task<> open();

  /// Runs `body(weir::tx&)`, a callable that returns a task, as postgres::pool::transaction() does;
  /// gives its value when it is committed with its events. Their streams are not waited for.
  template <class Body>
  std::invoke_result_t<Body&, tx&> transaction(Body body,
                                               postgres::transaction_options options = {});

  /// Waits until what is under way is sent, for so long at most; then ends. What is not sent stays
  /// stored.
  task<> close(duration limit = std::chrono::seconds(5));

 private:
  publications new_events() const;
  void store(postgres::tx& in, publications& events, detail::stored_events& to);
  void send(std::shared_ptr<detail::stored_events> committed);
  static std::shared_ptr<detail::stored_events> nothing_stored();

  postgres::pool& database_;
  std::unique_ptr<detail::outbox_program> program_;
};

template <class Body>
std::invoke_result_t<Body&, tx&> outbox::transaction(Body body,
                                                     postgres::transaction_options options) {
  using value_type = typename std::invoke_result_t<Body&, tx&>::value_type;
  using kept_type = std::conditional_t<std::is_void_v<value_type>, std::monostate, value_type>;
  const auto stored = nothing_stored();
  std::optional<kept_type> value;
  const auto with_events = [&](postgres::tx& in) -> task<> {
    publications events = new_events();
    tx handed(in, events);
    if constexpr (std::is_void_v<value_type>) {
      co_await body(handed);
    } else {
      value.emplace(co_await body(handed));
    }
    store(in, events, *stored);
  };
  co_await database_.transaction(with_events, options);
  send(stored);
  if constexpr (!std::is_void_v<value_type>) co_return std::move(*value);
}

}  // namespace weir
