// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"
#include "orders.hpp"
#include "weir/blocking.hpp"
#include "weir/when_all.hpp"

using namespace weir;
using namespace weir::test;

namespace {

template <class T>
task<std::vector<T>> all_of(stream<T> from) {
  std::vector<T> all;
  while (auto one = co_await from.next()) all.push_back(std::move(*one));
  co_return all;
}

task<> list_streams(nats::connection& link) {
  nats::jetstream js(link);
  CHECK((co_await all_of(js.stream_names())).empty());
  constexpr int more_than_a_page = 260;  // The server lists 256 streams a page.
  nats::stream_config config;
  config.storage = nats::storage_type::memory;
  for (int i = 0; i < more_than_a_page; ++i) {
    config.name = "S" + std::to_string(i);
    config.subjects = {"s." + std::to_string(i)};
    co_await js.ensure_stream(config);
  }
  CHECK((co_await all_of(js.stream_names())).size() == more_than_a_page);
  const auto streams = co_await all_of(js.streams());
  CHECK(streams.size() == more_than_a_page);
  CHECK(streams.at(0).name == "S0");
  CHECK(streams.at(0).config.storage == nats::storage_type::memory);
  const auto of_subject = co_await all_of(js.stream_names("s.7"));
  CHECK(of_subject == std::vector<std::string>{"S7"});
  CHECK((co_await js.account_info()).streams == more_than_a_page);
}

task<> list_consumers(nats::connection& link) {
  orders in(link);
  co_await in.make(1);
  nats::consumer_config short_lived;
  short_lived.ack = nats::ack_policy::none;
  short_lived.inactive_threshold = 1h;
  const nats::consumer_info made = co_await in.js.create_ephemeral_consumer("ORDERS", short_lived);
  CHECK(made.config.durable.empty());
  CHECK(made.config.ack == nats::ack_policy::none);
  CHECK(made.config.inactive_threshold == 1h);
  CHECK(made.pending == 1);
  auto names = co_await all_of(in.js.consumer_names("ORDERS"));
  CHECK(names.size() == 2);
  const auto infos = co_await all_of(in.js.consumers("ORDERS"));
  REQUIRE(infos.size() == 2);
  CHECK(infos[0].name == names[0]);
  CHECK(infos[1].stream == "ORDERS");
  auto none = in.js.consumers("NONE");
  const auto missing = co_await none.next().as_result();
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().is(errc::not_found));
  nats::consumer_config durable = worker_consumer();
  const auto refused = co_await error_of(in.js.create_ephemeral_consumer("ORDERS", durable));
  CHECK(refused->is(errc::invalid_argument));
}

task<> purge_parts(nats::connection& link) {
  orders in(link);
  co_await in.make(6);
  co_await in.js.publish(nats::subject("orders.paid"), "6");
  nats::purge_options below;
  below.filter = "orders.created";
  below.up_to = 3;
  CHECK(co_await in.js.purge_stream("ORDERS", below) == 2);
  nats::purge_options keep;
  keep.filter = "orders.created";
  keep.keep = 1;
  CHECK(co_await in.js.purge_stream("ORDERS", keep) == 3);
  const nats::stream_info left = co_await in.js.stream_info("ORDERS");
  CHECK(left.messages == 2);
  CHECK(left.first_sequence == 6);
  CHECK(left.subject_count == 2);
  CHECK(left.first_time.has_value());
  below.keep = 1;
  CHECK((co_await error_of(in.js.purge_stream("ORDERS", below)))->is(errc::invalid_argument));
}

task<> delete_messages(nats::connection& link) {
  orders in(link);
  co_await in.make(3);
  co_await in.js.delete_message("ORDERS", 2);
  co_await in.js.delete_message("ORDERS", 1, nats::erasure::unlink);
  CHECK((co_await error_of(in.js.get_message("ORDERS", 2)))->is(errc::not_found));
  const nats::stream_info left = co_await in.js.stream_info("ORDERS");
  CHECK(left.messages == 1);
  const auto again = co_await error_of(in.js.delete_message("ORDERS", 2));
  REQUIRE(again.has_value());
  CHECK(contains(again->message(), "message 2 of stream ORDERS"));
}

task<> get_messages(nats::jetstream js, nats::get_from from) {
  const nats::stored_message one = co_await js.get_message("ORDERS", 1, from);
  CHECK(one.subject == "orders.created");
  CHECK(one.sequence == 1);
  CHECK(one.payload == std::string("a\0b", 3));
  CHECK(one.header("Color") == "blue");
  CHECK_FALSE(one.header("Nats-Subject").has_value());
  CHECK(one.time > timestamp());
  CHECK((co_await js.last_message("ORDERS", "orders.created", from)).sequence == 3);
  CHECK((co_await js.next_message("ORDERS", "orders.created", 2, from)).sequence == 3);
  CHECK((co_await js.next_message("ORDERS", "orders.*", 2, from)).subject == "orders.paid");
  const auto none = co_await error_of(js.next_message("ORDERS", "orders.created", 4, from));
  REQUIRE(none.has_value());
  CHECK(none->is(errc::not_found));
  CHECK(contains(none->message(), "a message on orders.created from 4 on of stream ORDERS"));
  const auto hostile = co_await error_of(js.last_message("ORDERS", "a b", from));
  CHECK(hostile->is(errc::invalid_argument));
}

task<> get_both_ways(nats::connection& link) {
  nats::jetstream js(link);
  nats::stream_config config = orders_stream();
  config.allow_direct = true;
  co_await js.ensure_stream(config);
  const nats::headers blue{{"Color", "blue"}};
  const nats::subject created("orders.created");
  nats::publish_options with_headers;
  with_headers.headers = &blue;
  co_await js.publish(created, std::string_view("a\0b", 3), with_headers);
  co_await js.publish(nats::subject("orders.paid"), "2");
  co_await js.publish(created, "3");
  co_await get_messages(js, nats::get_from::leader);
  co_await get_messages(js, nats::get_from::any_replica);
}

task<> ensure_at_once(nats::connection& link) {
  nats::jetstream js(link);
  co_await link.wait_connected();
  nats::stream_config few = orders_stream();
  few.max_messages = 1;
  nats::stream_config many = orders_stream();
  many.max_bytes = 1 << 20;
  const auto both = co_await when_all(js.ensure_stream(few), js.ensure_stream(many));
  // Servers since 2.10 take requests in no order.
  using enum nats::ensure_outcome;
  const bool first_made = std::get<0>(both).outcome == created;
  CHECK(std::get<0>(both).outcome == (first_made ? created : changed));
  CHECK(std::get<1>(both).outcome == (first_made ? changed : created));
  const nats::stream_config now = (co_await js.stream_info("ORDERS")).config;
  CHECK(now.max_messages == 1);
  CHECK(now.max_bytes == 1 << 20);
}

task<> start_again(live_server& server) {
  co_await blocking([&server] { server->start(); });
}

task<> ensure_through_outage(nats::connection& link, live_server& server) {
  nats::jetstream js(link);
  co_await js.ensure_stream(orders_stream());
  co_await blocking([&server] { server->kill_hard(); });
  scope starting;
  starting.spawn(start_again(server));
  nats::stream_config wanted = orders_stream();
  wanted.max_messages = 7;
  CHECK((co_await js.ensure_stream(wanted)).outcome == nats::ensure_outcome::changed);
  co_await starting.join();
}

task<> use_account(nats::connection& link) {
  orders in(link);
  co_await in.make(1);
  const nats::account_info now = co_await in.js.account_info();
  CHECK(now.streams == 1);
  CHECK(now.consumers == 1);
  CHECK(now.limits.streams == -1);
  CHECK(now.api_requests > 0);
}

}  // namespace

TEST_SUITE("nats.manage") {
  TEST_CASE("streams are listed page by page, all or those of a subject") {
    on_every_server(list_streams);
  }
  TEST_CASE("consumers are listed, ephemeral ones among them") { on_every_server(list_consumers); }
  TEST_CASE("a purge removes what fits a subject, below a sequence, or all but the newest") {
    on_every_server(purge_parts);
  }
  TEST_CASE("a message is deleted by its sequence, once") { on_every_server(delete_messages); }
  TEST_CASE("messages are found by sequence and subject, from the leader and directly") {
    on_every_server(get_both_ways);
  }
  TEST_CASE("two that ensure one new stream at the same time both have what they want") {
    live_server server;
    with_connection(server.options(), ensure_at_once);
  }
  TEST_CASE("a stream is ensured over a server that is killed and started again") {
    live_server server;
    with_connection(server.options(),
                    [&](nats::connection& link) { return ensure_through_outage(link, server); });
  }
  TEST_CASE("the account says what it uses and may use") { on_every_server(use_account); }
}
