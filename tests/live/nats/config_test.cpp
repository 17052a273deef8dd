// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"
#include "canonical_json.hpp"
#include "config_drift.hpp"
#include "fixture.hpp"
#include "stream_codec.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;

namespace {

nats::stream_config full_stream() {
  nats::stream_config config = orders_stream();
  config.description = "all orders";
  config.retention = nats::retention_policy::interest;
  config.storage = nats::storage_type::memory;
  config.discard = nats::discard_policy::new_messages;
  config.discard_new_per_subject = true;
  config.max_messages = 1000;
  config.max_messages_per_subject = 10;
  config.max_bytes = 1 << 20;
  config.max_age = 1h;
  config.max_message_size = 4096;
  config.max_consumers = 7;
  config.duplicate_window = 1min;
  config.replicas = 1;
  config.deny_delete = true;
  config.deny_purge = true;
  config.allow_rollup = false;
  config.allow_direct = true;
  config.republish = nats::republication{"orders.>", "again.>", true};
  return config;
}

task<> keep_streams(nats::connection& link) {
  nats::jetstream js(link);
  const nats::stream_config wanted = full_stream();
  const auto made = co_await js.ensure_stream(wanted);
  CHECK(made.adjusted.empty());
  const nats::stream_config& is = made.info.config;
  CHECK(is.description == wanted.description);
  CHECK(is.retention == wanted.retention);
  CHECK(is.storage == wanted.storage);
  CHECK(is.discard == wanted.discard);
  CHECK(is.discard_new_per_subject == true);
  CHECK(is.max_messages_per_subject == 10);
  CHECK(is.max_age == 1h);
  CHECK(is.max_message_size == 4096);
  CHECK(is.deny_purge == true);
  CHECK(is.republish == wanted.republish);
  CHECK((co_await js.ensure_stream(wanted)).outcome == nats::ensure_outcome::unchanged);
}

task<> copy_streams(nats::connection& link) {
  nats::jetstream js(link);
  co_await js.ensure_stream(orders_stream());
  co_await js.publish(nats::subject("orders.a"), "1");
  nats::stream_config mirror;
  mirror.name = "MIRROR";
  mirror.mirror.emplace().name = "ORDERS";
  mirror.mirror->start_sequence = 1;
  co_await js.ensure_stream(mirror);
  CHECK((co_await js.ensure_stream(mirror)).outcome == nats::ensure_outcome::unchanged);
  nats::stream_config all;
  all.name = "ALL";
  all.sources.resize(1);
  all.sources[0].name = "ORDERS";
  all.sources[0].filter_subject = "orders.a";
  all.sources[0].start_time = *parse_rfc3339("2020-01-01T00:00:00.5Z");
  const auto made = co_await js.ensure_stream(all);
  CHECK(made.info.config.sources == all.sources);
  CHECK((co_await js.ensure_stream(all)).outcome == nats::ensure_outcome::unchanged);
  for (;;) {  // The server copies in the background.
    const nats::stream_info copy = co_await js.stream_info("ALL");
    if (copy.messages == 0) continue;
    CHECK(copy.sources.at(0).name == "ORDERS");
    break;
  }
}

task<> keep_consumers(nats::connection& link) {
  nats::jetstream js(link);
  co_await js.ensure_stream(orders_stream());
  nats::consumer_config wanted = worker_consumer();
  wanted.description = "works";
  wanted.deliver = nats::deliver_policy::by_start_time;
  wanted.start_time = *parse_rfc3339("2020-01-01T00:00:00.123456Z");
  wanted.backoff = {1s, 5s};
  wanted.ack_wait = 1s;
  wanted.max_deliver = 3;
  wanted.replay = nats::replay_policy::original;
  wanted.sample_frequency = "50%";
  wanted.max_waiting = 9;
  wanted.headers_only = true;
  wanted.max_batch = 10;
  wanted.max_expires = 1min;
  wanted.max_bytes = 10000;
  wanted.inactive_threshold = 1h;
  wanted.replicas = 1;
  wanted.memory_storage = true;
  const auto made = co_await js.ensure_consumer("ORDERS", wanted);
  CHECK(made.adjusted.empty());
  const nats::consumer_config& is = made.info.config;
  CHECK(is.start_time == wanted.start_time);
  CHECK(is.backoff == wanted.backoff);
  CHECK(is.replay == wanted.replay);
  CHECK(is.max_waiting == 9);
  CHECK(is.max_batch == 10);
  CHECK(is.inactive_threshold == 1h);
  CHECK((co_await js.ensure_consumer("ORDERS", wanted)).outcome == nats::ensure_outcome::unchanged);
}

/// Whether the servers are of 2.11 or later: they have an API level.
task<bool> has_levels(nats::jetstream js) { co_return (co_await js.account_info()).api_level > 0; }

task<> drop_stream_fields(nats::connection& link) {
  nats::jetstream js(link);
  nats::stream_config marked = orders_stream();
  marked.metadata = std::map<std::string, std::string>{{"team", "orders"}};
  const auto made = co_await js.ensure_stream(marked).as_result();
  if (made.has_value()) {  // A server of 2.10 or later.
    CHECK(made->info.config.metadata->at("team") == "orders");
    CHECK((co_await js.ensure_stream(marked)).outcome == nats::ensure_outcome::unchanged);
  } else {
    CHECK(made.error().is(errc::unsupported));
    CHECK(contains(made.error().message(), "dropped metadata (of server 2.10)"));
    CHECK((co_await error_of(js.stream_info("ORDERS")))->is(errc::not_found));
    marked.metadata.reset();
    co_await js.ensure_stream(marked);
    marked.compression = nats::store_compression::s2;
    marked.max_age = 1h;
    const auto refused = co_await error_of(js.ensure_stream(marked));
    REQUIRE(refused.has_value());
    CHECK(refused->is(errc::unsupported));
    CHECK(contains(refused->message(), "compression (of server 2.10)"));
    CHECK((co_await js.stream_info("ORDERS")).config.max_age == 0s);
    marked.compression = nats::store_compression::none;
    CHECK((co_await js.ensure_stream(marked)).changes.size() == 1);
  }
  nats::stream_config timed;
  timed.name = "TIMED";
  timed.allow_message_ttl = true;
  const auto refused = co_await error_of(js.ensure_stream(timed));
  CHECK(refused.has_value() != co_await has_levels(js));
  if (refused) CHECK(contains(refused->message(), "allow_msg_ttl (of server 2.11)"));
}

task<> drop_consumer_fields(nats::connection& link) {
  nats::jetstream js(link);
  co_await js.ensure_stream(orders_stream());
  nats::consumer_config several = worker_consumer();
  several.filter_subjects = {"orders.a", "orders.b"};
  const auto made = co_await js.ensure_consumer("ORDERS", several).as_result();
  if (made.has_value()) {
    CHECK(made->info.config.filter_subjects == several.filter_subjects);
  } else {
    CHECK(made.error().is(errc::unsupported));
    CHECK(contains(made.error().message(), "filter_subjects (of server 2.10)"));
    CHECK((co_await error_of(js.consumer_info("ORDERS", "worker")))->is(errc::not_found));
  }
  several.filter_subject = "orders.c";
  CHECK((co_await error_of(js.ensure_consumer("ORDERS", several)))->is(errc::invalid_argument));
  co_await js.ensure_consumer("ORDERS", worker_consumer());
  const timestamp later = *parse_rfc3339("2100-01-01T00:00:00Z");
  const auto paused = co_await js.pause_consumer("ORDERS", "worker", later).as_result();
  CHECK(paused.has_value() == co_await has_levels(js));
  if (paused.has_value()) {
    CHECK(paused->is_paused);
    CHECK_FALSE((co_await js.resume_consumer("ORDERS", "worker")).is_paused);
  } else {
    CHECK(paused.error().is(errc::unsupported));
    CHECK(contains(paused.error().message(), "needs nats-server 2.11"));
  }
}

std::vector<std::string> differences(const nats::stream_config& wanted, const std::string& is) {
  const nats::detail::wanted_config all{"stream S", nats::detail::fields_of(wanted),
                                        nats::detail::stream_rules()};
  std::vector<std::string> fields;
  for (const auto& one :
       nats::detail::compare(all, json::decode<nats::detail::json_fields>(is).value()))
    fields.push_back(one.field);
  return fields;
}

}  // namespace

TEST_SUITE("nats.config") {
  TEST_CASE("values that mean the same are the same text") {
    using nats::detail::canonical_json;
    CHECK(canonical_json(R"({"b":1,"a":{"x":false,"y":[]},"c":"orders.\u003e"})") ==
          R"({"b":1,"c":"orders.>"})");
    CHECK(canonical_json(R"(["b","a"])") == R"(["b","a"])");
    CHECK(nats::detail::canonical_json_set(R"(["b","a"])") == R"(["a","b"])");
    CHECK(canonical_json(R"("2020-01-01T01:00:00.5+01:00")") == R"("2020-01-01T00:00:00.500000Z")");
    CHECK(canonical_json("\"\"") == "null");
    CHECK(canonical_json("0") == "null");
    CHECK(canonical_json("-1") == "-1");
  }
  TEST_CASE("a member that is missing is told from one that is otherwise") {
    using nats::detail::lacks_member;
    CHECK(lacks_member(R"({"a":1})", R"({"b":1})"));
    CHECK(lacks_member(R"([{"a":{"b":1}}])", R"([{"a":{"c":1}}])"));
    CHECK_FALSE(lacks_member(R"({"a":1,"b":2})", R"({"a":2})"));
    CHECK_FALSE(lacks_member("[1]", R"([{"a":1},2])"));
    CHECK_FALSE(lacks_member("1", R"({"a":1})"));
  }
  TEST_CASE("what the server leaves out, adds or spells differently is no difference") {
    nats::stream_config wanted = orders_stream();
    wanted.no_ack = false;
    wanted.persist = nats::persist_mode::standard;
    wanted.max_messages = 0;
    wanted.metadata = std::map<std::string, std::string>{{"a", "b"}};
    CHECK(differences(wanted, R"({"name":"ORDERS","subjects":["orders.\u003e"],"max_msgs":-1,
      "metadata":{"a":"b","_nats.ver":"2.12.1"},"something_new":7})")
              .empty());
    wanted.metadata->clear();
    wanted.max_messages = 1;
    CHECK(differences(wanted, R"({"name":"ORDERS","subjects":["orders.>"],"max_msgs":-1,
      "metadata":{"a":"b"}})") == std::vector{"max_msgs"s, "metadata"s});
  }
  TEST_CASE("a stream has what its configuration says, and then fits it") {
    live_server server;
    with_connection(server.options(), keep_streams);
  }
  TEST_CASE("a mirror and a stream with sources are made, and then fit") {
    live_server server;
    with_connection(server.options(), copy_streams);
  }
  TEST_CASE("a consumer has what its configuration says, and then fits it") {
    on_every_server(keep_consumers);
  }
  TEST_CASE("a field of a stream that the server is too old for is unsupported, not lost") {
    on_every_server(drop_stream_fields);
  }
  TEST_CASE("a field of a consumer that the server is too old for is unsupported, not lost") {
    on_every_server(drop_consumer_fields);
  }
}
