// SPDX-License-Identifier: Apache-2.0
#include "cut_proxy.hpp"

#include <vector>

namespace weir::soak {
namespace {

constexpr std::size_t buffer_bytes = 64U << 10;

task<> copy(tcp_stream& from, tcp_stream& to) {
  std::vector<std::byte> buffer(buffer_bytes);
  for (;;) {
    const std::size_t count = co_await from.read_some(buffer);
    if (count == 0) throw error(errc::unavailable, disposition::retry, "a side has ended");
    co_await to.write_all(std::span<const std::byte>(buffer).first(count));
  }
}

}  // namespace

task<> cut_proxy::serve() {
  co_await with_scope([this](scope& connections) -> task<> {
    for (;;) {
      tcp_stream client = co_await listener_.accept();
      connections.spawn(serve_one(std::move(client)));
    }
  });
}

task<> cut_proxy::relay(tcp_stream client) {
  tcp_stream server = co_await tcp_stream::connect("127.0.0.1", server_, {.nodelay = true});
  client.set_nodelay(true);
  // Leaving the scope stops both copies, before the sockets are closed.
  co_await with_scope([&](scope& both) -> task<> {
    both.spawn(copy(client, server));
    both.spawn(copy(server, client));
    co_await cut_.wait();
  });
  client.reset();
  server.reset();
}

/// However a connection ends, the others go on: its client sees the end, too.
task<> cut_proxy::serve_one(tcp_stream client) {
  cut_.reset();
  const auto over = co_await relay(std::move(client)).as_result();
  if (!over.has_value() && over.error().is_cancelled()) throw over.error();
}

}  // namespace weir::soak
