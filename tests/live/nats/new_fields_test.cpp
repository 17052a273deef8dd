// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"
#include "weir/nats/key_value.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// What came of asking for fields of a newer server: all of them, or nothing at all.
template <class Info>
void check_all_or_nothing(const result<nats::ensured<Info>>& made, bool is_known,
                          std::string_view field) {
  REQUIRE(made.has_value() == is_known);
  if (is_known) {
    CHECK(made->outcome == nats::ensure_outcome::created);
    CHECK(made->adjusted.empty());
  } else {
    CHECK(made.error().is(errc::unsupported));
    CHECK(contains(made.error().message(), field));
  }
}

bool is_from(nats::connection& link, int minor) {
  return link.server().version >= nats::server_version{2, minor, 0};
}

task<> make_stream_of_2_10(nats::connection& link) {
  nats::jetstream js(link);
  co_await link.wait_connected();
  nats::stream_config wanted = orders_stream();
  wanted.compression = nats::store_compression::s2;
  wanted.first_sequence = 100;
  wanted.transform = nats::subject_transform{"orders.*", "orders.{{wildcard(1)}}.in"};
  wanted.consumer_limits = nats::stream_consumer_limits{1h, 50};
  wanted.metadata = std::map<std::string, std::string>{{"team", "orders"}};
  const auto made = co_await js.ensure_stream(wanted).as_result();
  check_all_or_nothing(made, is_from(link, 10), "compression (of server 2.10)");
  if (!made.has_value()) co_return;
  CHECK(made->info.config.transform == wanted.transform);
  CHECK(made->info.config.consumer_limits == wanted.consumer_limits);
  CHECK((co_await js.ensure_stream(wanted)).outcome == nats::ensure_outcome::unchanged);
  const auto stored = co_await js.publish(nats::subject("orders.a"), "1");
  CHECK(stored.sequence == 100);
  CHECK((co_await js.get_message("ORDERS", 100)).subject == "orders.a.in");
}

task<> make_source_of_2_10(nats::connection& link) {
  nats::jetstream js(link);
  co_await js.ensure_stream(orders_stream());
  nats::stream_config wanted;
  wanted.name = "ALL";
  wanted.sources.resize(1);
  wanted.sources[0].name = "ORDERS";
  wanted.sources[0].transforms = {{"orders.>", "all.>"}};
  const auto made = co_await js.ensure_stream(wanted).as_result();
  check_all_or_nothing(made, is_from(link, 10), "dropped a part of sources");
  if (!made.has_value()) CHECK((co_await error_of(js.stream_info("ALL")))->is(errc::not_found));
}

task<> make_stream_of_2_12(nats::connection& link) {
  nats::jetstream js(link);
  co_await link.wait_connected();
  nats::stream_config wanted = orders_stream();
  wanted.allow_rollup = true;
  wanted.allow_message_ttl = true;
  wanted.subject_delete_marker_ttl = 1min;
  const auto of_2_11 = co_await js.ensure_stream(wanted).as_result();
  check_all_or_nothing(of_2_11, is_from(link, 11), "allow_msg_ttl (of server 2.11)");
  if (of_2_11.has_value()) {
    CHECK(of_2_11->info.config.subject_delete_marker_ttl == 1min);
    wanted.allow_message_ttl = false;
    const auto differs = co_await js.compare_stream(wanted);
    REQUIRE(differs.differences.size() == 1);
    CHECK(differs.differences[0].is_fixed);
    co_await js.delete_stream("ORDERS");
  }
  wanted = orders_stream();
  wanted.allow_atomic_publish = true;
  wanted.allow_message_schedules = true;
  wanted.allow_message_ttl = true;
  wanted.allow_rollup = true;
  const auto of_2_12 = co_await js.ensure_stream(wanted).as_result();
  check_all_or_nothing(of_2_12, is_from(link, 12), "allow_msg_schedules (of server 2.12)");
  if (of_2_12.has_value())
    CHECK((co_await js.ensure_stream(wanted)).outcome == nats::ensure_outcome::unchanged);
  nats::stream_config counter;
  counter.name = "COUNTER";
  counter.allow_message_counter = true;
  const auto counting = co_await js.ensure_stream(counter).as_result();
  check_all_or_nothing(counting, is_from(link, 12), "allow_msg_counter (of server 2.12)");
  counter.name = "ASYNC";
  counter.allow_message_counter.reset();
  counter.persist = nats::persist_mode::async;
  const auto async = co_await js.ensure_stream(counter).as_result();
  check_all_or_nothing(async, is_from(link, 12), "persist_mode (of server 2.12)");
}

task<> make_consumers(nats::connection& link) {
  nats::jetstream js(link);
  co_await js.ensure_stream(orders_stream());
  nats::consumer_config wanted = worker_consumer();
  wanted.filter_subject = "orders.a";
  co_await js.ensure_consumer("ORDERS", wanted);
  wanted.filter_subject.reset();
  wanted.filter_subjects = {"orders.b", "orders.c"};
  const auto filters = co_await js.ensure_consumer("ORDERS", wanted).as_result();
  REQUIRE(filters.has_value() == is_from(link, 10));
  const auto now = co_await js.consumer_info("ORDERS", "worker");
  if (filters.has_value()) {
    CHECK(now.config.filter_subjects == wanted.filter_subjects);
    CHECK_FALSE(now.config.filter_subject.has_value());
    wanted.filter_subjects = {"orders.c", "orders.b"};
    CHECK((co_await js.compare_consumer("ORDERS", wanted)).fits());
  } else {
    CHECK(filters.error().is(errc::unsupported));
    CHECK(now.config.filter_subject == "orders.a");
  }
  nats::consumer_config grouped;
  grouped.durable = "grouped";
  grouped.priority_groups = {"jobs"};
  grouped.priority = nats::priority_policy::pinned_client;
  grouped.priority_timeout = 1min;
  grouped.pause_until = *parse_rfc3339("2100-01-01T00:00:00Z");
  const auto of_2_11 = co_await js.ensure_consumer("ORDERS", grouped).as_result();
  check_all_or_nothing(of_2_11, is_from(link, 11), "priority_groups (of server 2.11)");
  if (!of_2_11.has_value()) co_return;
  CHECK(of_2_11->info.is_paused);
  CHECK(of_2_11->info.config.priority == grouped.priority);
  CHECK((co_await js.ensure_consumer("ORDERS", grouped)).outcome ==
        nats::ensure_outcome::unchanged);
}

task<> let_keys_run_out(nats::connection& link) {
  nats::jetstream js(link);
  co_await link.wait_connected();
  nats::key_value_config config;
  config.bucket = "short";
  config.limit_marker_ttl = 1min;
  const auto made = co_await nats::key_value::ensure(js, config).as_result();
  REQUIRE(made.has_value() == is_from(link, 11));
  if (!made.has_value()) co_return;
  auto changes = made->watch();
  CHECK((co_await changes.next())->is_up_to_date_mark());
  co_await made->create("k", "v", 1s);
  CHECK((co_await changes.next())->entry->value == "v");
  const auto out = co_await changes.next();
  CHECK(out->entry->key == "k");
  CHECK(out->entry->operation == nats::key_value_operation::purge);
  CHECK_FALSE((co_await made->get("k")).has_value());
  CHECK(co_await made->create("k", "again") == 3);
}

}  // namespace

TEST_SUITE("nats.new_fields") {
  TEST_CASE("a stream has all its fields of server 2.10, or is not made") {
    live_server server;
    with_connection(server.options(), make_stream_of_2_10);
  }
  TEST_CASE("a source has all its fields of server 2.10, or its stream is not made") {
    live_server server;
    with_connection(server.options(), make_source_of_2_10);
  }
  TEST_CASE("a stream has all its fields of servers 2.11 and 2.12, or is not made") {
    live_server server;
    with_connection(server.options(), make_stream_of_2_12);
  }
  TEST_CASE("a consumer has all its fields of newer servers, or stays as it is") {
    live_server server;
    with_connection(server.options(), make_consumers);
  }
  TEST_CASE("a key with a time to live runs out, and its watch is told") {
    live_server server;
    with_connection(server.options(), let_keys_run_out);
  }
}
