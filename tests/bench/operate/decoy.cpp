// SPDX-License-Identifier: Apache-2.0
// decoy PORT: pages such as a service has, and nothing else, until SIGTERM. What an attack on it
// does to a service beside it is the machine's share: both use the same two processors.
#include <cstdio>

#include "program.hpp"
#include "weir/loop.hpp"
#include "weir/observe/http_server.hpp"
#include "weir/scope.hpp"
#include "weir/signals.hpp"

namespace {

using namespace weir;

constexpr std::uint64_t port_max = 65'535;
/// As many bytes as the metrics of the order-processor.
constexpr std::size_t page_bytes = 30'000;

http_response answer(const http_request&) {
  std::string body;
  while (body.size() < page_bytes) body += "weir_decoy_total{of=\"nothing\"} 1\n";
  return {.body = std::move(body)};
}

task<> serve_until_told(http_server& pages) {
  signal_set end{SIGTERM};
  scope serving;
  serving.spawn(pages.run());
  co_await end.next();
  co_await serving.close();
}

int run(std::uint16_t port) {
  loop home;
  http_server pages({.port = port, .pages = {{.path = "/metrics", .handler = answer}}});
  home.run(serve_until_told(pages));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto port = argc == 2 ? bench::number(argv[1], port_max) : 0;
  if (port == 0) {
    std::fputs("usage: decoy PORT\n", stderr);
    return 2;
  }
  return bench::run_program([&] { return run(static_cast<std::uint16_t>(port)); });
}
