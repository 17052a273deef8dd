// SPDX-License-Identifier: Apache-2.0
// Lets the order-processor run on real servers, and fetches its metrics when it has handled orders:
// running-metrics ORDER-PROCESSOR PROMETHEUS-FILE OPENMETRICS-FILE.
#include <cstdio>
#include <exception>
#include <fstream>

#include "http_client.hpp"
#include "orders/order_clients.hpp"
#include "orders/publish_orders.hpp"
#include "orders/service_process.hpp"
#include "orders/wait_drained.hpp"
#include "servers/loopback_port.hpp"
#include "weir/blocking.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weir::orders;

constexpr auto known_limit = 60s;

void write(const char* path, const std::string& text) {
  std::ofstream file(path);
  file.exceptions(std::ofstream::failbit | std::ofstream::badbit);
  file << text;
}

weir::task<std::string> metrics(weir::socket_address at, std::string accept) {
  const auto page = co_await weir::test::fetch(
      at, weir::test::request_for("/metrics", "Accept: " + accept + "\r\n"));
  co_return page.body;
}

/// A look has the next one find how many dead letters there are.
weir::task<> wait_for_letter(weir::socket_address at) {
  std::string text;
  while (text.find("\nweir_dead_letters{subject=\"dlq.orders\"} 1\n") == std::string::npos) {
    text = co_await metrics(at, "text/plain");
    co_await weir::sleep(5ms);
  }
}

weir::task<> handle_orders(order_clients with, weir::socket_address at, service_process& service,
                           char** files) {
  weir::nats::stream_config letters;
  letters.name = "DLQ_ORDERS";
  letters.subjects = {"dlq.orders"};
  co_await with.jetstream.ensure_stream(letters);
  co_await weir::blocking([&service] { service.wait_ready(); });
  co_await publish_orders(with.jetstream, {.count = 20});
  const weir::nats::subject to("orders.created");
  const auto last = co_await with.jetstream.publish(to, "no order");
  co_await wait_drained(with.jetstream, {.last_sequence = last.sequence});
  co_await weir::with_timeout(known_limit, wait_for_letter(at));
  const std::string prometheus = co_await metrics(at, "text/plain");
  write(files[0], prometheus);
  const std::string open = co_await metrics(at, "application/openmetrics-text; version=1.0.0");
  write(files[1], open);
}

void run(char** arguments) {
  order_servers servers;
  servers.start();
  const std::uint16_t port = weir::servers::free_loopback_port();
  service_process service("order-processor",
                          {"WEIR_ADMIN__LISTEN=127.0.0.1:" + std::to_string(port), arguments[0]},
                          servers);
  service.start();
  const auto at = weir::socket_address::of_ip("127.0.0.1", port).value();
  run_with_clients(
      servers, [&](order_clients with) { return handle_orders(with, at, service, arguments + 1); });
  service.terminate();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  try {
    run(argv + 1);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "error: %s\n", failure.what());
    return 1;
  }
  return 0;
}
