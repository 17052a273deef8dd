// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "dlq/letter.hpp"
#include "servers/nats_server.hpp"
#include "weir/loop.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::test {

using namespace std::chrono_literals;

/// A dead letter as a service writes it, to be published by hand.
struct hand_written {
  std::string body = "{}";
  std::string cause = "no customer 7";
  std::string subject = "orders.created";
  std::uint64_t from_sequence = 1;
  std::string published_at = "2026-01-31T12:30:00Z";
  std::vector<std::pair<std::string, std::string>> more = {};
};

/// A private server with the streams ORDERS (orders.>) and DLQ_ORDERS (dlq.orders).
class post_office {
 public:
  using body = std::function<task<>(post_office&)>;

  /// Runs `what` on a loop of its own, with a connection.
  static void open(const body& what);

  nats::jetstream js() { return nats::jetstream(*link_); }
  nats::connection& link() { return *link_; }
  std::string url() const { return server_.url(); }

  task<> make_stream(std::string name, std::string subjects);
  /// Publishes a message; gives its sequence.
  task<std::uint64_t> publish(std::string subject, std::string text);
  task<std::uint64_t> write(hand_written letter = hand_written(), std::string to = "dlq.orders");
  task<std::uint64_t> count(std::string stream);
  /// The sequences that a stream has.
  task<std::vector<std::uint64_t>> sequences(std::string stream);

 private:
  post_office() { server_.start(); }
  task<> run(const body& what);

  servers::nats_server server_;
  nats::connection* link_ = nullptr;
};

inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// What an await failed with.
template <class T>
task<error> error_of(task<T> work) {
  const auto done = co_await std::move(work).as_result();
  REQUIRE_FALSE(done.has_value());
  co_return done.error();
}

}  // namespace weir::test
