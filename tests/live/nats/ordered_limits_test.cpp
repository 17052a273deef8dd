// SPDX-License-Identifier: Apache-2.0
#include "connection_core.hpp"
#include "orders.hpp"
#include "scripted_server.hpp"
#include "weir/event/json.hpp"
#include "weir/nats/ordered_consumer.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<> read_through(nats::ordered_consumer& reader, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t expected = first; expected <= last; ++expected) {
    const auto one = co_await reader.next();
    REQUIRE(one.has_value());
    REQUIRE(one->sequence() == expected);
  }
}

struct names_answer {
  std::vector<std::string> consumers;
};

/// The name of the only consumer that the stream has.
task<std::string> only_consumer(orders& in) {
  const nats::message answer =
      co_await in.js.core().requests().ask("$JS.API.CONSUMER.NAMES.ORDERS", "", 5s);
  const auto names = json::decode<names_answer>(answer.payload()).value();
  REQUIRE(names.consumers.size() == 1);
  co_return names.consumers.front();
}

task<> keep_to_server_limit(nats::connection& link) {
  orders in(link);
  co_await in.js.ensure_stream(orders_stream());
  co_await in.publish(0, 100);
  auto reader = co_await nats::ordered_consumer::open(in.js, "ORDERS");
  co_await read_through(reader, 1, 100);
  co_await in.publish(100, 110);
  co_await read_through(reader, 101, 110);
  CHECK(reader.resets() == 0);
  co_await reader.close();
}

/// The JSON object that follows the first `key` in `text`.
std::string object_behind(const std::string& text, const std::string& key) {
  const std::size_t first = text.find('{', text.find(key));
  std::size_t last = first;
  for (int depth = 0; last < text.size(); ++last) {
    if (text[last] == '{') ++depth;
    if (text[last] == '}' && --depth == 0) break;
  }
  return text.substr(first, last + 1 - first);
}

/// Somebody else lets one pull of the reader's consumer ask for two messages.
task<> limit_batch(orders& in) {
  auto& requests = in.js.core().requests();
  const std::string name = co_await only_consumer(in);
  const nats::message info = co_await requests.ask("$JS.API.CONSUMER.INFO.ORDERS." + name, "", 5s);
  std::string config = object_behind(std::string(info.payload()), "\"config\"");
  config.insert(1, "\"max_batch\":2,");
  const std::string wanted = R"({"stream_name":"ORDERS","config":)" + config + "}";
  const nats::message made =
      co_await requests.ask("$JS.API.CONSUMER.CREATE.ORDERS." + name, wanted, 5s);
  REQUIRE(contains(made.payload(), "\"max_batch\":2"));
}

task<> learn_limit(nats::connection& link) {
  orders in(link);
  co_await in.js.ensure_stream(orders_stream());
  co_await in.publish(0, 4);
  auto reader = co_await nats::ordered_consumer::open(in.js, "ORDERS", {.ahead = 4});
  co_await read_through(reader, 1, 4);
  co_await limit_batch(in);
  co_await in.publish(4, 40);
  co_await read_through(reader, 5, 40);
  CHECK(reader.resets() == 0);
  co_await reader.close();
}

task<> read_by_bytes(nats::connection& link) {
  orders in(link);
  co_await in.js.ensure_stream(orders_stream());
  const std::string small(300, 's');
  for (int i = 0; i < 20; ++i) co_await in.js.publish(in.created, small);
  co_await in.js.publish(in.created, std::string(5000, 'l'));
  co_await in.js.publish(in.created, small);
  auto reader = co_await nats::ordered_consumer::open(in.js, "ORDERS", {.max_bytes = 1000});
  // Two have room; the server keeps the others while nobody reads.
  const std::string name = co_await only_consumer(in);
  nats::consumer_info info;
  do {
    info = co_await in.js.consumer_info("ORDERS", name);
  } while (info.delivered_consumer_sequence < 2);
  for (int looks = 0; looks < 20; ++looks) {
    co_await link.flush();
    info = co_await in.js.consumer_info("ORDERS", name);
    CHECK(info.delivered_consumer_sequence == 2);
  }
  co_await read_through(reader, 1, 22);
  CHECK(reader.resets() == 0);
  co_await in.publish(0, 1);
  co_await read_through(reader, 23, 23);
  co_await reader.close();
}

/// A stream "ORDERS" whose pulls are answered with one status after another.
class refusing_stream {
 public:
  refusing_stream(scripted_server& server, std::vector<std::string> statuses)
      : server_(server), statuses_(std::move(statuses)) {
    server.on_publish = [this](const scripted_server::published& came) { answer(came); };
  }
  ~refusing_stream() { server_.on_publish = nullptr; }
  refusing_stream(const refusing_stream&) = delete;
  refusing_stream& operator=(const refusing_stream&) = delete;

  std::vector<std::string> pulls;  ///< their bodies
  int made = 0;
  /// What it says when a consumer is to be made again; empty: it makes it.
  std::string refusal;

 private:
  void answer(const scripted_server::published& came) {
    if (came.subject.starts_with("$JS.API.CONSUMER.CREATE.")) {
      if (made++ > 0 && !refusal.empty()) return server_.answer(came.reply, refusal);
      server_.answer(came.reply,
                     R"({"delivered":{"consumer_seq":0,"stream_seq":0},"num_pending":1})");
    } else if (came.subject.starts_with("$JS.API.CONSUMER.DELETE.")) {
      server_.answer(came.reply, R"({"success":true})");
    } else if (came.subject.starts_with("$JS.API.CONSUMER.MSG.NEXT.")) {
      pulls.push_back(came.payload);
      if (pulls.size() <= statuses_.size()) server_.status(came.reply, statuses_[pulls.size() - 1]);
    }
  }

  scripted_server& server_;
  std::vector<std::string> statuses_;
};

task<> end_by_status(nats::connection& link, scripted_server& server,
                     std::vector<std::string> statuses, errc code) {
  refusing_stream script(server, statuses);
  auto reader = co_await nats::ordered_consumer::open(nats::jetstream(link), "ORDERS");
  const auto ended = co_await error_of(reader.next());
  REQUIRE(ended.has_value());
  CAPTURE(ended->message());
  CHECK(ended->is(code));
  CHECK(ended->disposition() == disposition::permanent);
  CHECK(contains(ended->message(), "of stream ORDERS gives no more messages"));
  CHECK(contains(ended->message(), statuses.back()));
  CHECK(script.pulls.size() == statuses.size());
  CHECK(script.made == 1);
  CHECK(reader.resets() == 0);
  co_await reader.close();
}

task<> refuse_to_make_again(nats::connection& link, scripted_server& server) {
  refusing_stream script(server, {"409 Consumer Deleted"});
  script.refusal =
      R"({"error":{"code":400,"err_code":10153,"description":"inactive threshold too long"}})";
  auto reader = co_await nats::ordered_consumer::open(nats::jetstream(link), "ORDERS");
  const auto ended = co_await error_of(reader.next());
  REQUIRE(ended.has_value());
  CHECK(ended->is(errc::invalid_argument));
  CHECK(contains(ended->message(), "ordered consumer of stream ORDERS"));
  CHECK(contains(ended->message(), "inactive threshold too long"));
  CHECK(script.made == 7);  // Once it was made, and six times refused.
  co_await reader.close();
}

task<> wait_for_room(nats::connection& link, scripted_server& server) {
  refusing_stream script(server, {"409 Consumer Deleted"});
  script.refusal =
      R"({"error":{"code":400,"err_code":10026,"description":"maximum consumers limit reached"}})";
  auto reader = co_await nats::ordered_consumer::open(nats::jetstream(link), "ORDERS");
  scope reading;
  const auto until_cancelled = [&reader]() -> task<> { static_cast<void>(co_await reader.next()); };
  reading.spawn(until_cancelled());
  while (script.made < 9) co_await link.flush();
  script.refusal.clear();
  while (script.pulls.size() < 2) co_await link.flush();
  CHECK(reader.resets() >= 9);
  co_await reading.close();
  co_await reader.close();
}

}  // namespace

TEST_SUITE("nats.ordered_limits") {
  TEST_CASE("a server that limits all pulls is read within its limit") {
    for (const char* limit : {"1", "3"}) {
      CAPTURE(limit);
      live_server server(
          {.jetstream = "limits { max_request_batch: " + std::string(limit) + " }\n"});
      with_connection(server.options(), keep_to_server_limit);
    }
  }
  TEST_CASE("a limit that was set under it is learned, and the consumer kept") {
    live_server server;
    with_connection(server.options(), learn_limit);
  }
  TEST_CASE("no more bytes are fetched ahead than it is told, and a larger message comes too") {
    live_server server;
    with_connection(server.options(), read_by_bytes);
  }
  TEST_CASE("a pull that the server never takes ends it, with the server's words") {
    const auto end_by = [](std::vector<std::string> statuses, errc code) {
      with_scripted_server("2.12.0", [&](auto& link, auto& server) {
        return end_by_status(link, server, statuses, code);
      });
    };
    end_by({"400 Bad Request - heartbeat value too large"}, errc::invalid_argument);
    end_by({"412 Required Api Level"}, errc::unsupported);
    end_by({"409 Exceeded MaxRequestBatch of many"}, errc::invalid_argument);
    // A limit that is kept to, and refused all the same.
    end_by({"409 Exceeded MaxRequestExpires of 1s", "409 Exceeded MaxRequestExpires of 1s"},
           errc::invalid_argument);
  }
  TEST_CASE("a consumer that the server refuses to make again ends it after some attempts") {
    with_scripted_server("2.12.0", refuse_to_make_again);
  }
  TEST_CASE("a stream with too many consumers is waited for when its own is made again") {
    with_scripted_server("2.12.0", wait_for_room);
  }
}
