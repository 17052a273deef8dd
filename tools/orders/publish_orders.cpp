// SPDX-License-Identifier: Apache-2.0
#include "publish_orders.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <string>

#include "order_series.hpp"
#include "weir/event/json.hpp"
#include "weir/sleep.hpp"

namespace weir::orders {
namespace {

/// Publishes the orders of one plan.
class order_publisher {
 public:
  order_publisher(nats::jetstream& jetstream, const publish_plan& plan)
      : jetstream_(jetstream), plan_(plan), start_(loop::current().now()) {}

  task<std::uint64_t> run() {
    for (std::uint64_t index = 0; index < plan_.count; ++index) {
      co_await wait_for_turn(index);
      if (waiting_.size() == publish_window_max) co_await confirm_oldest();
      const std::uint64_t number = plan_.first + index;
      waiting_.push_back({number, co_await send(number)});
    }
    while (!waiting_.empty()) co_await confirm_oldest();
    co_return last_sequence_;
  }

 private:
  struct unconfirmed {
    std::uint64_t number;
    nats::publication sent;
  };

  task<> wait_for_turn(std::uint64_t index) {
    if (plan_.orders_per_second == 0) co_return;
    const auto due = start_ + std::chrono::nanoseconds(std::chrono::seconds(1)) * index /
                                  plan_.orders_per_second;
    if (loop::current().now() < due) co_await sleep_until(due);
  }

  task<nats::publication> send(std::uint64_t number) {
    const OrderCreated order = order_number(number);
    const std::string id = order.order_id.to_string();
    co_return co_await jetstream_.publish_later(subject_, json::encode(order), {.msg_id = id});
  }

  task<> confirm_oldest() {
    unconfirmed oldest = std::move(waiting_.front());
    waiting_.pop_front();
    for (unsigned attempt = 1;; ++attempt) {
      const auto stored = co_await oldest.sent.confirmed().as_result();
      if (stored.has_value()) {
        last_sequence_ = std::max(last_sequence_, stored->sequence);
        break;
      }
      const bool may_repeat = stored.error().disposition() == disposition::retry;
      if (!may_repeat || attempt == publish_attempts_max) throw stored.error();
      oldest.sent = co_await send(oldest.number);
    }
    ++confirmed_;
    if (plan_.on_progress) plan_.on_progress(confirmed_);
  }

  nats::jetstream& jetstream_;
  const publish_plan& plan_;
  const nats::subject subject_{bind<OrderCreated>::subject};
  time_point start_;
  std::deque<unconfirmed> waiting_;
  std::uint64_t confirmed_ = 0;
  std::uint64_t last_sequence_ = 0;
};

}  // namespace

task<> ensure_orders_stream(nats::jetstream& jetstream) {
  nats::stream_config wanted;
  wanted.name = Orders::name;
  wanted.subjects.assign(std::begin(Orders::subjects), std::end(Orders::subjects));
  co_await jetstream.ensure_stream(std::move(wanted));
}

task<std::uint64_t> publish_orders(nats::jetstream& jetstream, publish_plan plan) {
  co_await ensure_orders_stream(jetstream);
  order_publisher publisher(jetstream, plan);
  co_return co_await publisher.run();
}

}  // namespace weir::orders
