// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/service.hpp"

#include "backends.hpp"
#include "service_messages.hpp"
#include "service_names.hpp"
#include "told.hpp"
#include "weir/blocking.hpp"
#include "weir/event/json.hpp"
#include "weir/nats/request.hpp"

using namespace weir;
using namespace weir::test;
using nats::detail::service_info;
using nats::detail::service_ping;
using nats::detail::service_stats;

namespace {

nats::service_config orders_service() {
  return {.name = "orders",
          .version = "1.4.0",
          .description = "Keeps orders",
          .metadata = {{"team", "red"}}};
}

task<nats::reply> get_order(nats::message asked) {
  if (asked.payload() == "none")
    throw error(errc::not_found, disposition::permanent, "no such order");
  co_return nats::reply{.payload = "order " + std::string(asked.payload())};
}

/// What a foreign client gets that knows no more than a subject.
task<std::string> ask(nats::connection& link, std::string to, std::string what = "") {
  const nats::subject target(to);
  const nats::message answer = co_await nats::request(link, target, what);
  co_return std::string(answer.payload());
}

template <class Answer>
task<Answer> told_by(nats::connection& link, std::string to) {
  const std::string text = co_await ask(link, std::move(to));
  co_return json::decode<Answer>(text).value();
}

task<> tell_about_it(nats::connection& link) {
  nats::service orders(link, orders_service());
  orders.add({.name = "health", .queue_group = ""}, get_order);
  auto group = orders.group("orders.v1", "readers");
  group.add({.name = "get", .subject = "get.*", .metadata = {{"kind", "read"}}}, get_order);
  group.group("admin").add({.name = "list"}, get_order);

  const std::string ping = R"({"type":"io.nats.micro.v1.ping_response","name":"orders","id":")" +
                           orders.id() + R"(","version":"1.4.0","metadata":{"team":"red"}})";
  CHECK((co_await ask(link, "$SRV.PING")) == ping);
  CHECK((co_await ask(link, "$SRV.PING.orders")) == ping);
  CHECK((co_await ask(link, "$SRV.PING.orders." + orders.id())) == ping);
  const auto other = co_await error_of(ask(link, "$SRV.PING.other"));
  REQUIRE(other.has_value());
  CHECK(contains(other->message(), "no responders"));

  const auto info = co_await told_by<service_info>(link, "$SRV.INFO.orders");
  CHECK(info.type == "io.nats.micro.v1.info_response");
  CHECK(info.description == "Keeps orders");
  REQUIRE(info.endpoints.size() == 3);
  CHECK(info.endpoints[0].subject == "health");
  CHECK(info.endpoints[0].queue_group.empty());
  CHECK(info.endpoints[1].subject == "orders.v1.get.*");
  CHECK(info.endpoints[1].queue_group == "readers");
  CHECK(info.endpoints[1].metadata.at("kind") == "read");
  CHECK(info.endpoints[2].subject == "orders.v1.admin.list");
  CHECK(info.endpoints[2].queue_group == "readers");
  CHECK((co_await ask(link, "orders.v1.get.7", "7")) == "order 7");
  CHECK((co_await ask(link, "health", "up")) == "order up");
  co_await orders.stop();
}

task<> count_requests(nats::connection& link) {
  nats::service orders(link, orders_service());
  orders.add({.name = "get"}, get_order);
  for (int i = 0; i < 3; ++i) co_await ask(link, "get", "1");
  const nats::subject get("get");
  const nats::message none = co_await nats::request(link, get, "none");
  CHECK(nats::service_error_of(none) == nats::service_error{404, "no such order"});

  const auto stats = co_await told_by<service_stats>(link, "$SRV.STATS.orders." + orders.id());
  CHECK(stats.type == "io.nats.micro.v1.stats_response");
  CHECK(stats.id == orders.id());
  CHECK(stats.started > timestamp());
  REQUIRE(stats.endpoints.size() == 1);
  const auto& counted = stats.endpoints[0];
  CHECK(counted.queue_group == "q");
  CHECK(counted.num_requests == 4);
  CHECK(counted.num_errors == 1);
  CHECK(counted.last_error == "no such order");
  CHECK(counted.processing_time > 0);
  CHECK(counted.average_processing_time == counted.processing_time / 4);
  orders.reset_statistics();
  const auto fresh = co_await told_by<service_stats>(link, "$SRV.STATS");
  CHECK(fresh.endpoints[0].num_requests == 0);
  CHECK(fresh.endpoints[0].average_processing_time == 0);
  co_await orders.close();
}

task<std::size_t> count_instances(nats::connection& link) {
  const nats::subject everywhere("$SRV.PING.orders");
  auto answers = nats::request_many(link, everywhere, "", {.timeout = 30s, .stall = 200ms});
  std::map<std::string, int> ids;
  while (auto one = co_await answers.next())
    ++ids[json::decode<service_ping>(one->payload()).value().id];
  co_return ids.size();
}

task<> run_several(nats::connection& link, live_server& server, told& heard) {
  nats::service first(link, orders_service());
  nats::service second(link, orders_service());
  CHECK(first.id() != second.id());
  first.add({.name = "get"}, get_order);
  second.add({.name = "get"}, get_order);
  CHECK((co_await count_instances(link)) == 2);
  for (int i = 0; i < 50; ++i) co_await ask(link, "get", "1");
  const auto handled = [](const nats::service& of) { return of.statistics()[0].counts.requests; };
  CHECK(handled(first) + handled(second) == 50);
  co_await first.stop();
  CHECK((co_await count_instances(link)) == 1);

  const std::size_t known = heard.all.size();
  co_await blocking([&server] {
    server->kill_hard();
    server->start();
  });
  co_await heard.next(nats::connection_event::kind::connected, known);
  CHECK((co_await count_instances(link)) == 1);
  CHECK((co_await ask(link, "get", "1")) == "order 1");
  co_await second.stop();
  const auto gone = co_await error_of(ask(link, "$SRV.PING"));
  REQUIRE(gone.has_value());
  CHECK(contains(gone->message(), "no responders"));
}

task<> refuse_names(nats::connection& link) {
  const auto refused = [&](nats::service_config config) {
    return message_of([&] { nats::service wrong(link, std::move(config)); });
  };
  for (const char* name : {"", "a b", "a.b", "a*", "a>", "caf\xc3\xa9", "a\r\n", "$SRV"})
    CHECK(contains(refused({.name = name, .version = "1.0.0"}), "service name"));
  CHECK(contains(refused({.name = "a", .version = "1.0"}), "semantic version"));
  CHECK(contains(refused({.name = "a", .version = "1.0.0", .queue_group = "a b"}), "queue group"));
  CHECK_FALSE(refused({.name = "a", .version = "1.0.0", .metadata = {{"bad", "\xff"}}}).empty());

  nats::service orders(link, orders_service());
  const auto refused_endpoint = [&](nats::endpoint_config config) {
    return message_of([&] { orders.add(std::move(config), get_order); });
  };
  CHECK(contains(refused_endpoint({.name = "a.b"}), "endpoint name"));
  CHECK(contains(refused_endpoint({.name = "a", .subject = "a b"}), "subject pattern"));
  CHECK(contains(refused_endpoint({.name = "a", .queue_group = "*"}), "queue group"));
  CHECK(contains(refused_endpoint({.name = "a", .concurrency = 0}), "concurrency"));
  CHECK(contains(message_of([&] { orders.group("a.>"); }), "wildcard"));
  CHECK(orders.statistics().empty());
  co_await orders.close();
}

}  // namespace

TEST_SUITE("nats.service") {
  TEST_CASE("a service tells who it is and what it answers, as ADR-32 has it") {
    on_every_server(tell_about_it);
  }
  TEST_CASE("requests, errors and times of each endpoint are counted") {
    live_server server;
    with_connection(server.options(), count_requests);
  }
  TEST_CASE("instances share the work, go on after a crash, and one that stops is gone") {
    live_server server;
    told heard;
    with_connection(heard.listen(server.options()),
                    [&](auto& link) { return run_several(link, server, heard); });
  }
  TEST_CASE("names, versions and subjects that cannot be used are refused") {
    on_every_server(refuse_names);
  }
  TEST_CASE("a semantic version is told from what is none") {
    using nats::is_semantic_version;
    for (const char* good : {"0.0.0", "1.2.3", "10.20.30", "1.0.0-rc.1", "1.0.0-0a", "1.0.0+01",
                             "1.0.0-a-b.2+c-d.003"})
      CHECK(is_semantic_version(good));
    for (const char* bad : {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3+", "1.2.3-01",
                            "1.2.3-a..b", "v1.2.3", "1.2.x", "1.2.3 ", "-1.2.3", "1.2.3+a+b"})
      CHECK_FALSE(is_semantic_version(bad));
  }
}
