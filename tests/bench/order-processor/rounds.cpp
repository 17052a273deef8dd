// SPDX-License-Identifier: Apache-2.0
#include "rounds.hpp"

#include "orders.hpp"
#include "orders/check_orders.hpp"
#include "orders/publish_orders.hpp"
#include "orders/wait_drained.hpp"
#include "weir/blocking.hpp"
#include "weir/postgres/statement.hpp"

namespace weir::bench {
namespace {

// The first service to run makes the table; before that there is nothing to empty.
constexpr auto empty_table = stmt<
    "DO $do$ BEGIN IF to_regclass('orders') IS NOT NULL THEN TRUNCATE orders; END IF; END $do$">;

/// The line that the Go program prints.
struct go_report {
  double events_per_second, cpu_us_per_event, peak_rss_kb;
};

task<> start_afresh(orders::order_clients with) {
  const auto deleted = co_await with.jetstream.delete_stream(std::string(Orders::name)).as_result();
  if (!deleted.has_value() && !deleted.error().is(errc::not_found)) throw deleted.error();
  co_await with.database.exec(empty_table);
}

task<> require_right(orders::order_clients with, std::uint64_t orders, std::string_view program) {
  const auto outcome = co_await orders::check_orders(with.jetstream, with.database, orders);
  if (outcome.lost == 0 && outcome.duplicates == 0 && outcome.rows == orders) co_return;
  throw error(errc::invalid_input, disposition::permanent,
              std::string(program) + " lost " + std::to_string(outcome.lost) + " and doubled " +
                  std::to_string(outcome.duplicates) + " of " + std::to_string(orders) + " orders");
}

task<> end_well(orders::service_process& service) {
  const std::string ending = co_await blocking([&service] { return service.terminate(); });
  if (ending == "exit code 0") co_return;
  throw error(errc::invalid_input, disposition::permanent,
              "the order-processor ended with " + ending + ": " + service.output());
}

}  // namespace

task<round_result> run_weir(const orders::order_servers& on, orders::order_clients with,
                            std::uint64_t orders) {
  co_await start_afresh(with);
  const auto last = co_await orders::publish_orders(with.jetstream, {.count = orders});
  orders::service_process service(on);
  service.start();
  co_await blocking([&service] { service.wait_ready(); });
  const auto start = loop::current().now();
  co_await orders::wait_drained(with.jetstream, {.last_sequence = last});
  const std::chrono::duration<double> elapsed = loop::current().now() - start;
  co_await end_well(service);
  co_await require_right(with, orders, "weir");
  const auto summary = orders::summary_of(service);
  const auto events = static_cast<double>(orders);
  co_return {.events_per_second = events / elapsed.count(),
             .cpu_us_per_event = summary.cpu_seconds * 1e6 / events,
             .peak_memory_kib = static_cast<double>(summary.peak_memory_kib)};
}

task<round_result> run_go_peer(const orders::order_servers& on, orders::order_clients with,
                               std::uint64_t orders, std::string program) {
  co_await start_afresh(with);
  co_await orders::publish_orders(with.jetstream, {.count = orders});
  orders::service_process peer("go-order-processor", {program, "--expect", std::to_string(orders)},
                               on);
  peer.start();
  co_await blocking([&peer] { return peer.wait_ended(); });
  const auto report = json::decode<go_report>(peer.report()).value();
  co_await require_right(with, orders, "the Go peer");
  co_return {.events_per_second = report.events_per_second,
             .cpu_us_per_event = report.cpu_us_per_event,
             .peak_memory_kib = report.peak_rss_kb};
}

task<orders::service_summary> run_open_loop(const orders::order_servers& on,
                                            orders::order_clients with, std::uint64_t orders,
                                            std::uint64_t orders_per_second) {
  co_await start_afresh(with);
  orders::service_process service(on);
  service.start();
  co_await blocking([&service] { service.wait_ready(); });
  const auto last = co_await orders::publish_orders(
      with.jetstream, {.count = orders, .orders_per_second = orders_per_second});
  co_await orders::wait_drained(with.jetstream, {.last_sequence = last});
  co_await end_well(service);
  co_await require_right(with, orders, "weir");
  co_return orders::summary_of(service);
}

}  // namespace weir::bench
