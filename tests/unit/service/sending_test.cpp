// SPDX-License-Identifier: Apache-2.0
// Events that were left, sent beside those of running handlers; on a model of nats-server.
#include <doctest/doctest.h>

#include <functional>
#include <optional>

#include "send_events.hpp"
#include "weir/nats/model.hpp"
#include "weir/scope.hpp"
#include "weir/sim.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.sending");

using namespace std::chrono_literals;
namespace nats = weir::nats;
using weir::detail::outbox_row;
using weir::detail::sent_events;

namespace {

constexpr std::int64_t more_than_a_window = 5000;
constexpr int of_handlers = 100;

void add_rows(std::vector<outbox_row>& to, std::int64_t count, const std::string& subject,
              const std::string& key = {}) {
  for (std::int64_t at = 0; at < count; ++at) {
    const auto id = static_cast<std::int64_t>(to.size());
    to.push_back({.id = id,
                  .key = key,
                  .subject = subject,
                  .message_id = std::to_string(id) + ":0",
                  .headers = {},
                  .body = "{}"});
  }
}

weir::task<> with_stream(std::function<weir::task<>(nats::jetstream&)> told) {
  nats::model_server server;
  nats::connection link(server);
  nats::jetstream jetstream(link);
  nats::stream_config heard;
  heard.name = "HEARD";
  heard.subjects = {"heard.>"};
  co_await jetstream.ensure_stream(std::move(heard));
  const auto ended = co_await told(jetstream).as_result();
  co_await link.close();
  ended.value();
}

weir::task<> send_left(nats::jetstream& over, std::vector<outbox_row> rows,
                       std::optional<sent_events>& sent) {
  sent = co_await weir::detail::send_left_events(over, std::move(rows));
}

weir::task<> publish_meanwhile(nats::jetstream& jetstream) {
  std::vector<outbox_row> rows;
  add_rows(rows, more_than_a_window, "unheard.of");
  std::optional<sent_events> sent;
  weir::scope sweeping;
  sweeping.spawn(send_left(jetstream, std::move(rows), sent));
  co_await weir::sleep(100ms);
  const auto before = weir::loop::current().now();
  const nats::subject to("heard.live");
  for (int at = 0; at < of_handlers; ++at) co_await jetstream.publish(to, "x");
  // In simulated time, in which the others are not given up for seconds.
  CHECK(weir::loop::current().now() - before < 1s);
  CHECK_FALSE(sent);
  co_await sweeping.join();
  REQUIRE(sent);
  CHECK(sent->confirmed == 0);
  CHECK(sent->unconfirmed.size() == more_than_a_window);
  REQUIRE(sent->obstacle);
  CHECK(sent->obstacle->message().find("unheard.of") != std::string::npos);
  CHECK_FALSE(sent->was_time_over);
}

weir::task<> go_past_the_unheard(nats::jetstream& jetstream) {
  std::vector<outbox_row> rows;
  add_rows(rows, 1, "unheard.one", "held");
  add_rows(rows, 2000, "unheard.one");
  add_rows(rows, 2000, "unheard.two");
  add_rows(rows, 500, "heard.all");
  add_rows(rows, 1, "heard.held", "held");
  std::optional<sent_events> sent;
  co_await send_left(jetstream, std::move(rows), sent);
  CHECK(sent->confirmed == 500);
  REQUIRE(sent->unconfirmed.size() == 4002);
  CHECK(sent->unconfirmed.front().id == 0);
  CHECK(sent->unconfirmed.back().key == "held");
  const auto heard = co_await jetstream.stream_info("HEARD");
  CHECK(heard.messages == 500);
}

}  // namespace

TEST_CASE("events that nobody takes leave room for those of running handlers") {
  weir::simulate({}, [] { return with_stream(publish_meanwhile); });
}

TEST_CASE("events behind many that nobody takes are sent at once, but not past one of their key") {
  weir::simulate({}, [] { return with_stream(go_past_the_unheard); });
}

TEST_SUITE_END();
