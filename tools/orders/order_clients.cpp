// SPDX-License-Identifier: Apache-2.0
#include "order_clients.hpp"

#include <exception>
#include <utility>

#include "weir/loop.hpp"

namespace weir::orders {
namespace {

task<> connect_and_run(const order_servers& on, const std::function<task<>(order_clients)>& body) {
  nats::connection_options nats_options;
  nats_options.url = on.nats.url();
  nats_options.name = "weir-orders";
  postgres::pool_options postgres_options;
  postgres_options.conninfo = on.postgres.conninfo();
  nats::connection connection(std::move(nats_options));
  nats::jetstream jetstream(connection);
  postgres::pool database(std::move(postgres_options));
  std::exception_ptr failure;
  try {
    co_await body({jetstream, database});
  } catch (...) {
    failure = std::current_exception();
  }
  co_await database.close();
  co_await connection.close();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

void run_with_clients(const order_servers& on, const std::function<task<>(order_clients)>& body) {
  loop here;
  here.run(connect_and_run(on, body));
}

}  // namespace weir::orders
