// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"
#include "orders.hpp"

using namespace weir;
using namespace weir::test;

namespace {

bool is_before(nats::connection& link, int minor) {
  return link.server().version < nats::server_version{2, minor};
}

/// A consumer with the group "jobs"; false where the server knows no such thing.
task<bool> make_group(orders& in, nats::connection& link, nats::priority_policy policy, int minor) {
  co_await link.wait_connected();
  co_await in.js.ensure_stream(orders_stream());
  nats::consumer_config config = worker_consumer();
  config.priority_groups = {"jobs"};
  config.priority = policy;
  if (policy == nats::priority_policy::pinned_client) config.priority_timeout = 1min;
  const auto made = co_await in.js.ensure_consumer("ORDERS", config).as_result();
  REQUIRE(made.has_value() != is_before(link, minor));
  if (made.has_value()) co_return true;
  CHECK(made.error().is(errc::unsupported));
  MESSAGE("the rest needs nats-server 2.", minor, ", and this one is ",
          link.server().version.text());
  co_return false;
}

task<nats::consumer> open(orders& in) { return nats::consumer::open(in.js, "ORDERS", "worker"); }

task<> overflow(nats::connection& link) {
  orders in(link);
  if (!co_await make_group(in, link, nats::priority_policy::overflow, 11)) co_return;
  co_await in.publish(0, 3);
  nats::consumer worker = co_await open(in);
  const nats::fetch_options help{
      .count = 1, .expires = 300ms, .priority = {.group = "jobs", .min_pending = 5}};
  CHECK((co_await worker.fetch(help)).end == nats::fetch_end::timeout);
  co_await in.publish(3, 6);
  nats::fetched got = co_await worker.fetch(help);
  REQUIRE(got.messages.size() == 1);
  CHECK(got.messages[0].payload() == "0");
  got.messages[0].ack();
  // The same for a source: it helps down to what is left to the others.
  const nats::pull_options source_help{.slots = 1, .priority = help.priority};
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker", source_help);
  auto one = co_await source.next();
  REQUIRE(one.has_value());
  CHECK(one->payload() == "1");
  co_await one->ack_sync();
  const auto none = co_await with_timeout(300ms, source.next()).as_result();
  CHECK_FALSE(none.has_value());
  co_await source.close();
}

task<> pin(nats::connection& link) {
  orders in(link);
  if (!co_await make_group(in, link, nats::priority_policy::pinned_client, 11)) co_return;
  co_await in.publish(0, 5);
  nats::consumer first = co_await open(in);
  nats::consumer second = co_await open(in);
  const nats::fetch_options one{.count = 1, .expires = 300ms, .priority = {.group = "jobs"}};
  nats::fetched got = co_await first.fetch(one);
  REQUIRE(got.messages.size() == 1);
  got.messages[0].ack();
  CHECK((co_await second.fetch(one)).end == nats::fetch_end::timeout);
  got = co_await first.fetch(one);
  REQUIRE(got.messages.size() == 1);
  got.messages[0].ack();
  const nats::consumer_info before = co_await in.info();
  REQUIRE(before.priority_groups.size() == 1);
  CHECK(before.priority_groups[0].group == "jobs");
  CHECK_FALSE(before.priority_groups[0].pinned_client.empty());

  co_await in.js.unpin_consumer("ORDERS", "worker", "jobs");
  got = co_await second.fetch(one);
  REQUIRE(got.messages.size() == 1);
  CHECK(got.messages[0].payload() == "2");
  got.messages[0].ack();
  CHECK((co_await first.fetch(one)).end == nats::fetch_end::pin_lost);
  CHECK((co_await first.fetch(one)).end == nats::fetch_end::timeout);
  const nats::consumer_info after = co_await in.info();
  CHECK(after.priority_groups[0].pinned_client != before.priority_groups[0].pinned_client);
  const auto none = co_await error_of(in.js.unpin_consumer("ORDERS", "worker", "other"));
  REQUIRE(none.has_value());
  CHECK(none->disposition() == disposition::permanent);
}

task<> move_pin(nats::connection& link) {
  constexpr int count = 20;
  orders in(link);
  if (!co_await make_group(in, link, nats::priority_policy::pinned_client, 11)) co_return;
  co_await in.publish(0, count / 2);
  const nats::pull_options options{.slots = 1, .priority = {.group = "jobs"}};
  auto first = co_await nats::pull_source::open(in.js, "ORDERS", "worker", options);
  int done = 0;
  for (; done < count / 2; ++done) {
    auto one = co_await first.next();
    REQUIRE(one.has_value());
    co_await one->ack_sync();
  }
  auto second = co_await nats::pull_source::open(in.js, "ORDERS", "worker", options);
  co_await in.js.unpin_consumer("ORDERS", "worker", "jobs");
  co_await in.publish(count / 2, count);
  // Whichever is pinned now gets them; the other one goes on waiting, and neither ends.
  const auto take = [&done](nats::pull_source& source, manual_reset_event& all) -> task<> {
    while (auto one = co_await source.next()) {
      CHECK(one->info().delivered == 1);
      co_await one->ack_sync();
      if (++done == count) all.set();
    }
  };
  manual_reset_event all;
  scope taking;
  taking.spawn(take(first, all));
  taking.spawn(take(second, all));
  co_await all.wait();
  co_await first.close();
  co_await second.close();
  co_await taking.join();
  CHECK((co_await in.info_when_acknowledged(count)).redelivered == 0);
}

task<> prioritize(nats::connection& link) {
  orders in(link);
  if (!co_await make_group(in, link, nats::priority_policy::prioritized, 12)) co_return;
  nats::consumer worker = co_await open(in);
  nats::consumer reserve = co_await open(in);
  const auto fetch = [&](nats::consumer& from, int priority, nats::fetched& got) -> task<> {
    const nats::fetch_options one{
        .count = 1, .expires = 1s, .priority = {.group = "jobs", .priority = priority}};
    got = co_await from.fetch(one);
  };
  nats::fetched last;
  nats::fetched first;
  scope waiting;
  waiting.spawn(fetch(reserve, 9, last));
  co_await in.info_when([](const auto& now) { return now.waiting_pulls == 1; });
  waiting.spawn(fetch(worker, 0, first));
  co_await in.info_when([](const auto& now) { return now.waiting_pulls == 2; });
  co_await in.publish(0, 1);
  co_await waiting.join();
  CHECK(last.end == nats::fetch_end::timeout);
  REQUIRE(first.messages.size() == 1);  // although it came later
  first.messages[0].ack();
}

task<> refuse_nonsense(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1);
  for (const nats::priority_options& bad :
       {nats::priority_options{.min_pending = 5}, nats::priority_options{.priority = 1},
        nats::priority_options{.group = "jobs", .priority = 10},
        nats::priority_options{.group = "jobs", .priority = -1},
        nats::priority_options{.group = "a b"}}) {
    const auto fetched = co_await error_of(worker.fetch({.priority = bad}));
    REQUIRE(fetched.has_value());
    CHECK(fetched->is(errc::invalid_argument));
    const auto opened =
        co_await error_of(nats::pull_source::open(in.js, "ORDERS", "worker", {.priority = bad}));
    REQUIRE(opened.has_value());
    CHECK(opened->is(errc::invalid_argument));
  }
  if (!is_before(link, 11)) co_return;
  const auto unpin = co_await error_of(in.js.unpin_consumer("ORDERS", "worker", "jobs"));
  REQUIRE(unpin.has_value());
  CHECK(unpin->is(errc::unsupported));
  CHECK(contains(unpin->message(), "2.11"));
  const nats::pull_options grouped{.priority = {.group = "jobs"}};
  const auto opened =
      co_await error_of(nats::pull_source::open(in.js, "ORDERS", "worker", grouped));
  REQUIRE(opened.has_value());
  CHECK(opened->is(errc::unsupported));
  CHECK(contains(opened->message(), "2.11"));
}

}  // namespace

TEST_SUITE("nats.priority_groups") {
  TEST_CASE("a client that helps out gets messages only while enough of them wait") {
    on_every_server(overflow);
  }
  TEST_CASE("of a group with a pin one client gets all, until the pin is taken from it") {
    on_every_server(pin);
  }
  TEST_CASE("a source that has lost the pin goes on, and nothing is lost or doubled") {
    on_every_server(move_pin);
  }
  TEST_CASE("of those who wait the one with the lowest priority is served first") {
    on_every_server(prioritize);
  }
  TEST_CASE("priorities that cannot be are refused, and what the server is too old for") {
    on_every_server(refuse_nonsense);
  }
}
