// SPDX-License-Identifier: Apache-2.0
#include "front.hpp"

#include "weir/connections.hpp"
#include "weir/detail/permits.hpp"
#include "weir/yield.hpp"

namespace weir::http {
namespace {

/// What a connection costs its loop, and the kernel: to accept, to name and to close it.
constexpr duration connection_cost = std::chrono::microseconds(20);

}  // namespace

front::front(http_server_options options)
    : report_(std::move(options.report)),
      listener_(tcp_listener::bind(options.ip, options.port, {.connections = {.nodelay = true}})),
      desk_{.pages = page_table(std::move(options.pages)), .service = std::move(options.name)} {}

task<> front::run() {
  co_await with_scope([this](scope& conversations) { return take_all(conversations); });
}

task<> front::take_all(scope& conversations) {
  auto coming = connections(listener_, report_);
  for (;;) {
    co_await share_.wait();
    std::optional<tcp_stream> peer = co_await coming.next();
    share_.charge(connection_cost);
    if (!places_.try_acquire()) {
      if (!desk_.waiting.empty()) desk_.waiting.front().displace();
      co_await places_.acquire();
    }
    conversations.spawn(serve(std::make_unique<conversation>(desk_, std::move(*peer))));
    // Those who came begin to read before the next is taken: it may be in want of a place.
    co_await yield();
  }
}

task<> front::serve(std::unique_ptr<conversation> one) {
  const detail::permits place(places_, 1);
  const std::unique_ptr<conversation> kept = std::move(one);
  co_await kept->run();
}

}  // namespace weir::http

namespace weir {

http_server::http_server(http_server_options options)
    : front_(std::make_unique<http::front>(std::move(options))) {}

http_server::~http_server() = default;

task<> http_server::run() { return front_->run(); }

const socket_address& http_server::address() const noexcept { return front_->address(); }

const http_server_counters& http_server::counters() const noexcept { return front_->counters(); }

}  // namespace weir
