// SPDX-License-Identifier: Apache-2.0
// Lets the order-processor handle some orders on a bench, and writes its metrics: metrics-text
// PROMETHEUS-FILE OPENMETRICS-FILE.
#include <cstdio>
#include <exception>
#include <fstream>

#include <weir/observe/metrics.hpp>
#include <weir/test/service.hpp>

#include "../../../services/order-processor/orders.hpp"
#include "../../../services/order-processor/service.hpp"

namespace {

void write(const char* path, weir::metrics_format format) {
  std::ofstream file(path);
  file.exceptions(std::ofstream::failbit | std::ofstream::badbit);
  file << weir::write_metrics(format);
}

void run(char** paths) {
  using namespace std::chrono_literals;
  weir::test::service shop(make_service());
  for (int count = 0; count < 20; ++count) {
    shop.deliver(OrderCreated{weir::uuid::random(), weir::uuid::random(), 1250, {}});
  }
  shop.deliver_raw("orders.created", "no order");
  shop.advance(1min);
  write(paths[0], weir::metrics_format::prometheus);
  write(paths[1], weir::metrics_format::openmetrics);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    run(argv + 1);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "error: %s\n", failure.what());
    return 1;
  }
  return 0;
}
