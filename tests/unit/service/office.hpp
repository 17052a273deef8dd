// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "consumer.hpp"
#include "weir/event/bind.hpp"
#include "weir/nats/connection.hpp"
#include "weir/nats/model.hpp"

/// What the consumers of these tests handle, on a model of nats-server and in virtual time.
struct note {
  std::int64_t id;
  std::string text;
};
using notes_stream = weir::event_stream<"NOTES", "notes.>">;
template <>
struct weir::bind<note> : weir::bound_to<"notes.written", notes_stream, 1> {};

namespace weir::test {

/// A program with one handler and no database.
class program {
 public:
  template <auto Handler>
  static program of(nats::model_server& server, durable policy) {
    return program(server, {detail::make_handler_entry<Handler>(), std::move(policy)});
  }

  program(nats::model_server& server, service::registration registered)
      : link_(server),
        jetstream_(link_),
        registered_(std::move(registered)),
        consumer_(registered_, {.jetstream = jetstream_,
                                .over = link_,
                                .database = nullptr,
                                .outbox = nullptr,
                                .probe = nullptr,
                                .statistics = statistics_}) {}

  task<> start() {
    co_await link_.wait_connected();
    co_await consumer_.open();
    running_.spawn(consumer_.run());
  }
  /// As at SIGTERM.
  task<> drain() {
    consumer_.stop_intake();
    co_await consumer_.drain(std::chrono::seconds(25));
    co_await running_.join();
    co_await link_.close();
  }

  task<> write(std::int64_t id, std::string text = "any") {
    const nats::subject to(bind<note>::subject);
    const std::string body = json::encode(note{id, std::move(text)});
    co_await jetstream_.publish(to, body);
  }

  nats::jetstream& jetstream() noexcept { return jetstream_; }
  const detail::service_statistics& statistics() const noexcept { return statistics_; }

 private:
  nats::connection link_;
  nats::jetstream jetstream_;
  detail::service_statistics statistics_;
  service::registration registered_;
  detail::consumer consumer_;
  scope running_;
};

}  // namespace weir::test
