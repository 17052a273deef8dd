// SPDX-License-Identifier: Apache-2.0
#include "base64.hpp"
#include "scripted_server.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr std::string_view refused_answer =
    R"({"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 8"},)"
    R"("stream":"ORDERS","seq":0})";

/// The headers "NATS/1.0", "Nats-Msg-Id: mine" or "other", in base64.
constexpr std::string_view mine_headers = "TkFUUy8xLjANCk5hdHMtTXNnLUlkOiBtaW5lDQoNCg==";
constexpr std::string_view other_headers = "TkFUUy8xLjANCk5hdHMtTXNnLUlkOiBvdGhlcg0KDQo=";

std::string stored(std::string_view headers) {
  return R"({"message":{"subject":"orders.created","seq":8,"hdrs":")" + std::string(headers) +
         R"(","data":"eA==","time":"2026-01-01T00:00:00Z"}})";
}

/// The first copy is stored and its confirmation lost with the connection; the second is refused.
/// `there` is what the stream gives for the message in its place.
void lose_confirmation(scripted_server& server, std::string there,
                       std::vector<std::string>& asked) {
  server.on_publish = [&server, &asked, there, copies = 0](const auto& came) mutable {
    if (came.subject == "orders.created") {
      if (++copies == 1) return server.hang_up();
      server.answer(came.reply, std::string(refused_answer));
    } else if (came.subject == "$JS.API.STREAM.MSG.GET.ORDERS") {
      asked.push_back(came.payload);
      server.answer(came.reply, there);
    }
  };
}

struct attempt {
  result<nats::publish_ack> ended;
  std::string asked;
};

task<attempt> publish(nats::connection& link, scripted_server& server, std::string there,
                      nats::publish_options options) {
  std::vector<std::string> asked;
  lose_confirmation(server, std::move(there), asked);
  options.msg_id = "mine";
  nats::jetstream js(link);
  const nats::subject to("orders.created");
  attempt made{.ended = co_await js.publish(to, "x", options).as_result(), .asked = {}};
  REQUIRE(asked.size() == 1);
  made.asked = asked[0];
  co_return made;
}

task<> find_own(nats::connection& link, scripted_server& server) {
  const attempt made =
      co_await publish(link, server, stored(mine_headers), {.expected_last_sequence = 7});
  CHECK(made.asked == R"({"seq":8})");
  REQUIRE(made.ended.has_value());
  CHECK(made.ended->stream == "ORDERS");
  CHECK(made.ended->sequence == 8);
  CHECK(made.ended->duplicate);
}

task<> find_own_on_subject(nats::connection& link, scripted_server& server) {
  const attempt made =
      co_await publish(link, server, stored(mine_headers), {.expected_last_subject_sequence = 3});
  CHECK(made.asked == R"({"seq":4,"next_by_subj":"orders.created"})");
  REQUIRE(made.ended.has_value());
  CHECK(made.ended->sequence == 8);
}

task<> find_other(nats::connection& link, scripted_server& server) {
  const attempt made =
      co_await publish(link, server, stored(other_headers), {.expected_last_sequence = 7});
  REQUIRE_FALSE(made.ended.has_value());
  CHECK(made.ended.error().is(errc::conflict));
  CHECK_FALSE(contains(made.ended.error().message(), "may be stored"));
}

task<> find_other_on_subject(nats::connection& link, scripted_server& server) {
  const attempt made =
      co_await publish(link, server, stored(other_headers), {.expected_last_subject_sequence = 3});
  REQUIRE_FALSE(made.ended.has_value());
  CHECK(made.ended.error().is(errc::conflict));
  CHECK(contains(made.ended.error().message(), "sent 2 times"));
  CHECK(contains(made.ended.error().message(), "may be stored"));
}

task<> find_nothing(nats::connection& link, scripted_server& server) {
  const attempt made = co_await publish(
      link, server, R"({"error":{"code":404,"err_code":10037,"description":"no message found"}})",
      {.expected_last_msg_id = "before"});
  CHECK(made.asked == R"({"last_by_subj":"orders.created"})");
  REQUIRE_FALSE(made.ended.has_value());
  CHECK(made.ended.error().is(errc::conflict));
  CHECK(contains(made.ended.error().message(), "may be stored"));
}

}  // namespace

TEST_SUITE("nats.lost_confirmation") {
  TEST_CASE("the headers that these tests give are what they say") {
    CHECK(nats::detail::base64_decoded(mine_headers) == "NATS/1.0\r\nNats-Msg-Id: mine\r\n\r\n");
    CHECK(nats::detail::base64_decoded(other_headers) == "NATS/1.0\r\nNats-Msg-Id: other\r\n\r\n");
  }
  TEST_CASE("a message refused by its own first copy is found, and counts as stored") {
    with_scripted_server("2.9.10", find_own);
    with_scripted_server("2.9.10", find_own_on_subject);
  }
  TEST_CASE("a message whose place in the stream another has is a conflict without a doubt") {
    with_scripted_server("2.9.10", find_other);
  }
  TEST_CASE("a conflict that may be with a lost first copy says so") {
    with_scripted_server("2.9.10", find_other_on_subject);
    with_scripted_server("2.9.10", find_nothing);
  }
}
