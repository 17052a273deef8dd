// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>

#include "servers/nats_server.hpp"
#include "weir/loop.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/nats/consumer.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"

namespace weir::test {

using namespace std::chrono_literals;

/// A test that takes longer than this hangs; nothing in it waits for the time to pass.
inline constexpr auto hang_limit = 60s;

/// A private server, started.
class live_server {
 public:
  explicit live_server(servers::nats_server_options options = {}) : server_(std::move(options)) {
    server_.start();
  }
  servers::nats_server* operator->() { return &server_; }
  nats::connection_options options() const {
    nats::connection_options wanted;
    wanted.url = server_.url();
    return wanted;
  }

 private:
  servers::nats_server server_;
};

namespace detail {

inline task<> run_body(nats::connection& link, task<> body) {
  const auto done = co_await with_timeout(hang_limit, std::move(body)).as_result();
  co_await link.close();
  done.value();
}

}  // namespace detail

/// Runs `body(connection)` on a loop of its own (the driver is WEIR_DRIVER's), then closes.
template <class Body>
void with_connection(const nats::connection_options& options, Body body) {
  loop home;
  nats::connection link(options);
  home.run(detail::run_body(link, body(link)));
}

/// The error that `work` ends with; empty where it succeeds.
template <class T>
task<std::optional<error>> error_of(task<T> work) {
  const auto done = co_await std::move(work).as_result();
  if (done.has_value()) co_return std::nullopt;
  co_return done.error();
}

/// The error that `call()` throws at once.
template <class F>
std::string message_of(F call) {
  try {
    call();
  } catch (const error& failure) {
    return failure.message();
  }
  return {};
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline nats::stream_config orders_stream() {
  nats::stream_config config;
  config.name = "ORDERS";
  config.subjects = {"orders.>"};
  return config;
}

inline nats::consumer_config worker_consumer() {
  nats::consumer_config config;
  config.durable = "worker";
  return config;
}

}  // namespace weir::test
