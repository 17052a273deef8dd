// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"
#include "objects.hpp"
#include "orders.hpp"
#include "scripted_server.hpp"

using namespace weir;
using namespace weir::test;

namespace {

nats::stream_config small_stream() {
  nats::stream_config config = orders_stream();
  config.discard = nats::discard_policy::new_messages;
  return config;
}

/// Longer than a test may take: what is tried again until then hangs.
constexpr auto for_ever = 1h;

/// Publishes what finds no room, and checks what is said about it.
task<> find_no_room(orders& in, std::string body, std::string_view limit, disposition expected) {
  const auto failure = co_await error_of(in.js.publish(in.created, body, {.timeout = for_ever}));
  REQUIRE(failure.has_value());
  CAPTURE(failure->message());
  CHECK(failure->is(errc::limit_exceeded));
  CHECK(failure->disposition() == expected);
  CHECK(contains(failure->message(), "publish to orders.created was refused"));
  CHECK(contains(failure->message(), "error 10077"));
  CHECK(contains(failure->message(), "stream ORDERS is at its " + std::string(limit) + " and"));
  CHECK_FALSE(contains(failure->message(), "may be stored"));
}

task<> fill_by_count(nats::connection& link) {
  orders in(link);
  nats::stream_config config = small_stream();
  config.max_messages = 2;
  co_await in.js.ensure_stream(config);
  co_await in.publish(0, 2);
  co_await find_no_room(in, "2", "max_messages", disposition::retry);
  co_await in.js.delete_message("ORDERS", 1);
  CHECK((co_await in.js.publish(in.created, "2")).sequence == 3);
}

task<> fill_by_bytes(nats::connection& link) {
  orders in(link);
  nats::stream_config config = small_stream();
  config.max_bytes = 1000;
  co_await in.js.ensure_stream(config);
  co_await in.js.publish(in.created, "small");
  co_await find_no_room(in, std::string(900, 'x'), "max_bytes", disposition::retry);
  CHECK((co_await in.js.publish(in.created, "small")).sequence == 2);
}

task<> fill_subject(nats::connection& link) {
  orders in(link);
  nats::stream_config config = small_stream();
  config.max_messages_per_subject = 1;
  config.discard_new_per_subject = true;
  co_await in.js.ensure_stream(config);
  co_await in.publish(0, 1);
  co_await find_no_room(in, "1", "max_messages_per_subject", disposition::retry);
  co_await in.js.publish(nats::subject("orders.paid"), "another subject");
}

task<> fill_bucket(nats::connection& link) {
  nats::object_store_config config;
  config.bucket = "files";
  config.max_bytes = 10'000;
  const auto bucket = co_await nats::object_store::ensure(nats::jetstream(link), config);
  co_await bucket.put(named("a", 100), bytes_of(1000));
  const auto before = co_await messages_in(bucket);
  // Far from the brink: 2.9 takes a message that has room without its overhead, and then removes
  // the oldest one for it.
  co_await check_fails(bucket.put(named("b", 3000), bytes_of(20'000)), errc::limit_exceeded,
                       "stream OBJ_files is at its max_bytes");
  CHECK(co_await messages_in(bucket) == before);
  CHECK(co_await bucket.get("a") == bytes_of(1000));
}

/// Answers what is published until it is destroyed: closing publishes as well.
class answering {
 public:
  answering(scripted_server& server,
            std::function<void(const scripted_server::published& came)> answer)
      : server_(server) {
    server.on_publish = std::move(answer);
  }
  ~answering() { server_.on_publish = nullptr; }
  answering(const answering&) = delete;
  answering& operator=(const answering&) = delete;

 private:
  scripted_server& server_;
};

/// A store that fails by something else may be well again in a moment.
task<> fail_otherwise(nats::connection& link, scripted_server& server) {
  int copies = 0;
  const answering script(server, [&](const scripted_server::published& came) {
    ++copies;
    server.answer(came.reply, copies == 1
                                  ? R"({"error":{"code":503,"err_code":10077,)"
                                    R"("description":"write failed"},"stream":"ORDERS","seq":0})"
                                  : R"({"stream":"ORDERS","seq":1})");
  });
  nats::jetstream js(link);
  CHECK((co_await js.publish(nats::subject("orders.created"), "x")).sequence == 1);
  CHECK(copies == 2);
}

/// The first copy has filled the stream, and its confirmation was lost: a cluster looks at the room
/// before it looks at the id.
task<> fill_by_itself(nats::connection& link, scripted_server& server, bool is_there) {
  int copies = 0;
  const answering script(server, [&](const scripted_server::published& came) {
    if (came.subject == "$JS.API.STREAM.MSG.GET.ORDERS") {
      // "NATS/1.0\r\nNats-Msg-Id: same\r\n\r\n"
      const std::string there = "TkFUUy8xLjANCk5hdHMtTXNnLUlkOiBzYW1lDQoNCg==";
      server.answer(came.reply,
                    R"({"message":{"seq":7,"hdrs":")" + (is_there ? there : "") + R"("}})");
    } else if (++copies == 1) {
      server.hang_up();
    } else {
      server.answer(came.reply, R"({"error":{"code":503,"err_code":10077,)"
                                R"("description":"maximum messages exceeded"},)"
                                R"("stream":"ORDERS","seq":0})");
    }
  });
  nats::jetstream js(link);
  const auto sent =
      co_await js.publish(nats::subject("orders.created"), "x", {.msg_id = "same"}).as_result();
  CHECK(copies == 2);
  if (is_there) {
    REQUIRE(sent.has_value());
    CHECK(sent->sequence == 7);
    CHECK(sent->duplicate);
  } else {
    REQUIRE_FALSE(sent.has_value());
    CHECK(sent.error().is(errc::limit_exceeded));
    CHECK(contains(sent.error().message(), "It was sent 2 times (Nats-Msg-Id same), and may be"));
  }
}

}  // namespace

TEST_SUITE("nats.full_stream") {
  TEST_CASE("a stream with all its messages refuses at once, and takes more when there is room") {
    on_every_server(fill_by_count);
  }
  TEST_CASE("a stream with all its bytes refuses at once, and still takes what has room") {
    on_every_server(fill_by_bytes);
  }
  TEST_CASE("a full subject refuses at once and for good") { on_every_server(fill_subject); }
  TEST_CASE("an object that has no room is refused at once, and leaves no chunk") {
    on_every_server(fill_bucket);
  }
  TEST_CASE("a store that fails by something else is tried again") {
    with_scripted_server("2.9.10", fail_otherwise);
  }
  TEST_CASE("a message that has filled the stream itself is not refused, if that can be known") {
    for (const bool is_there : {true, false}) {
      CAPTURE(is_there);
      with_scripted_server("2.9.10", [is_there](auto& link, auto& server) {
        return fill_by_itself(link, server, is_there);
      });
    }
  }
}
