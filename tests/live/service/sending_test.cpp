// SPDX-License-Identifier: Apache-2.0
// Events of many keys and messages that are sent at once.
#include <doctest/doctest.h>

#include "fixture.hpp"
#include "send_events.hpp"
#include "watchdog.hpp"

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

}  // namespace

TEST_CASE("an event that no stream takes holds up its own key, and no other") {
  weir::test::allow(120s);
  weir::test::post_office().tell(send_past_a_refused_one);
}

TEST_SUITE_END();
