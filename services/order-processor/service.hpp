// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/sdk.hpp>

/// The service, with the handler of the file that it is built with: for main(), and for tests.
weir::service make_service();

/// The service around a handler of orders, which has so many of them in hand: the same for each
/// form of it.
template <auto Handler>
weir::service service_of(std::size_t orders) {
  using namespace std::chrono_literals;
  weir::service made("order-processor");
  made.version(ORDER_PROCESSOR_VERSION)
      .migrations(ORDER_PROCESSOR_MIGRATIONS)
      .on<Handler>(weir::durable("order-processor")
                       .workers(orders)
                       .once(24h)
                       .retry(5, weir::exponential(1s, 5min).full_jitter())
                       .deadline(20s)
                       .ack_wait(10s)
                       .dead_letter("dlq.orders"));
  return made;
}
