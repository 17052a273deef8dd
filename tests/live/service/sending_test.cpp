// SPDX-License-Identifier: Apache-2.0
// Events of many keys and messages that are sent at once.
#include <doctest/doctest.h>

#include "epoll_driver.hpp"
#include "fixture.hpp"
#include "send_events.hpp"
#include "watchdog.hpp"
#include "weir/when_all.hpp"

TEST_SUITE_BEGIN("service.sending");

using namespace std::chrono_literals;
using weir::detail::outbox_row;
using weir::test::office_floor;

namespace {

/// Each of them of a message of its own.
std::vector<outbox_row> rows_of_key(const std::string& key, std::int64_t count) {
  std::vector<outbox_row> rows;
  for (std::int64_t at = 0; at < count; ++at) {
    rows.push_back({.id = at,
                    .key = key,
                    .subject = "letters.answered",
                    .message_id = key + std::to_string(at) + ":0",
                    .headers = {},
                    .body = R"({"id":1})"});
  }
  return rows;
}

weir::task<> send_past_a_refused_one(office_floor on) {
  std::vector<outbox_row> rows = rows_of_key("narrow", 2);
  rows.front().subject = "nowhere.at.all";
  for (const char* const key : {"wide", "broad"}) {
    auto others = rows_of_key(key, 20);
    rows.insert(rows.end(), others.begin(), others.end());
  }

  const auto sent = co_await weir::detail::send_events(on.jetstream, std::move(rows));

  CHECK(sent.confirmed == 40);
  REQUIRE(sent.unconfirmed.size() == 2);
  CHECK(sent.unconfirmed[0].key == "narrow");
  CHECK(sent.unconfirmed[1].key == "narrow");
  REQUIRE(sent.obstacle);
  CHECK(sent.obstacle->disposition() == weir::disposition::retry);
  for (std::uint64_t at = 1, of_wide = 0, of_broad = 0; at <= 40; ++at) {
    const auto stored = co_await on.jetstream.get_message(std::string(Letters::name), at);
    for (const auto& [name, value] : stored.headers) {
      if (name != "Nats-Msg-Id") continue;
      const bool is_wide = value.starts_with("wide");
      std::uint64_t& next = is_wide ? of_wide : of_broad;
      CHECK(value == (is_wide ? "wide" : "broad") + std::to_string(next++) + ":0");
    }
  }
}

constexpr std::size_t more_than_time_for = 10'000;

/// How much of the time to send has passed while nothing was done.
weir::duration time_lost{0};

class hurried_driver final : public weir::epoll_driver {
 public:
  weir::time_point now() const noexcept override { return weir::epoll_driver::now() + time_lost; }
};

weir::task<> lose_time_on_the_way(office_floor on) {
  for (std::uint64_t sent = 0; sent < 10;) {
    const auto letters = co_await on.jetstream.stream_info(std::string(Letters::name));
    sent = letters.messages;
  }
  time_lost = 6s;
}

weir::task<> send_for_too_long(office_floor on) {
  std::vector<outbox_row> rows = rows_of_key("long", more_than_time_for);
  auto both = co_await weir::when_all(weir::detail::send_events(on.jetstream, std::move(rows)),
                                      lose_time_on_the_way(on));
  const weir::detail::sent_events& sent = std::get<0>(both);

  const auto letters = co_await on.jetstream.stream_info(std::string(Letters::name));
  CHECK(sent.confirmed == letters.messages);
  REQUIRE(sent.confirmed < more_than_time_for);
  REQUIRE(sent.unconfirmed.size() == more_than_time_for - sent.confirmed);
  CHECK(sent.unconfirmed.front().id == static_cast<std::int64_t>(sent.confirmed));
  REQUIRE(sent.obstacle);
  CHECK(sent.obstacle->is(weir::errc::deadline_exceeded));
  CHECK(sent.obstacle->disposition() == weir::disposition::retry);
  CHECK(sent.was_time_over);
}

}  // namespace

TEST_CASE("an event that no stream takes holds up its own key, and no other") {
  weir::test::allow(120s);
  weir::test::post_office().tell(send_past_a_refused_one);
}

TEST_CASE("events for which there is no time are not said to be sent") {
  time_lost = weir::duration::zero();
  weir::test::post_office().tell(send_for_too_long, std::make_unique<hurried_driver>());
}

TEST_SUITE_END();
