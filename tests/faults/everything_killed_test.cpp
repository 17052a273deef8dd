// SPDX-License-Identifier: Apache-2.0
// The service and both servers die by SIGKILL, again and again, while messages keep coming; then
// every effect is there once, in its order. WEIR_KILLS="200,20,20" asks for more: of the service,
// of nats-server, of PostgreSQL.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>

#include "entries.hpp"
#include "fault_case.hpp"
#include "ledger_path.hpp"
#include "watchdog.hpp"
#include "weir/nats/consumer.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::test {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t accounts = 200;
/// Between two kills this many entries are booked, more or less.
constexpr std::uint64_t entries_a_kill = 400;
constexpr std::uint64_t entries_ahead = 3000;
constexpr auto look_interval = 5ms;
constexpr auto drained_limit = 120s;
/// A killed leader is followed when its lease has run out.
constexpr auto time_of_a_kill = 20s;

struct kill_plan {
  unsigned service = 6, nats = 2, postgres = 2;
  unsigned all() const { return service + nats + postgres; }
};

/// What was asked for, or else this.
kill_plan planned(kill_plan plan) {
  if (const char* given = std::getenv("WEIR_KILLS")) {
    REQUIRE(std::sscanf(given, "%u,%u,%u", &plan.service, &plan.nats, &plan.postgres) == 3);
  }
  return plan;
}

constexpr auto count_entries = stmt<"select count(*) from entries">;
constexpr auto count_disorder = stmt<
    "select count(*) from (select number, row_number() over (partition by account "
    "order by booked) as place from entries) as booked where number <> place">;
constexpr auto count_balance = stmt<"select coalesce(sum(entries), 0)::bigint from balances">;
constexpr auto count_unsent = stmt<"select count(*) from weir_outbox">;

/// How many entries are booked; waits for the database where it is away.
task<std::uint64_t> booked(orders::order_clients with) {
  for (;;) {
    const auto count = co_await with.database.one<std::int64_t>(count_entries).as_result();
    if (count) co_return static_cast<std::uint64_t>(*count);
    co_await sleep(look_interval);
  }
}

/// Publishes entries until it is stopped; gives how many there are.
struct publisher {
  std::uint64_t published = 0;

  /// Stays a little ahead of what is booked.
  task<> run(orders::order_clients with, const bool& is_enough) {
    nats::jetstream jetstream = with.jetstream;
    const nats::subject to(bind<EntryMade>::subject);
    while (!is_enough) {
      if (published > co_await booked(with) + entries_ahead) {
        co_await sleep(look_interval);
        continue;
      }
      std::vector<nats::publication> sent;
      // One of each account, so that what is sent again after a crash cannot overtake another.
      for (std::int64_t count = 0; count < accounts; ++count) {
        const auto at = static_cast<std::int64_t>(published++);
        const EntryMade entry{at % accounts, at / accounts + 1};
        const std::string body = json::encode(entry);
        nats::publish_options how;
        const std::string id = "made:" + std::to_string(at);
        how.msg_id = id;
        how.timeout = 60s;
        sent.push_back(co_await jetstream.publish_later(to, body, how));
      }
      for (auto& one : sent) co_await one.confirmed();
    }
  }
};

task<> wait_booked(orders::order_clients with, std::uint64_t wanted) {
  while (co_await booked(with) < wanted) co_await sleep(look_interval);
}

using programs = std::vector<std::unique_ptr<orders::service_process>>;

void kill_one(fault_case& at, programs& all, kill_plan& left) {
  auto& service = *all[at.random_between(0, all.size() - 1)];
  const auto which = at.random_between(1, left.all());
  if (which <= left.service) {
    --left.service;
    service.kill_hard();
    service.start();
  } else if (which <= left.service + left.nats) {
    --left.nats;
    at.servers.nats.kill_hard();
    at.servers.nats.start();
  } else {
    --left.postgres;
    at.servers.postgres.kill_hard();
    at.servers.postgres.start();
  }
}

/// The events in their stream: of each account every number once, in order.
task<> check_events(nats::jetstream& jetstream, std::uint64_t published) {
  std::map<std::int64_t, std::int64_t> last;
  std::uint64_t events = 0;
  std::uint64_t disorder = 0;
  nats::consumer_config all;
  all.durable = "check";
  all.filter_subject = bind<EntryBooked>::subject;
  all.ack = nats::ack_policy::none;
  co_await jetstream.ensure_consumer(std::string(Ledger::name), std::move(all));
  auto reader = co_await nats::consumer::open(jetstream, std::string(Ledger::name), "check");
  while (events < published) {
    auto some = co_await reader.fetch(1000, 5s);
    if (some.messages.empty()) break;
    for (auto& one : some.messages) {
      const auto entry = json::decode<EntryBooked>(one.payload()).value();
      if (entry.number != ++last[entry.account]) ++disorder;
      ++events;
    }
  }
  CHECK(events == published);
  CHECK(disorder == 0);
  const auto more = co_await reader.fetch(1, 0s);
  CHECK(more.messages.empty());
}

task<> check_effects(orders::order_clients with, std::uint64_t published) {
  CHECK(co_await booked(with) == published);
  const auto disorder = co_await with.database.one<std::int64_t>(count_disorder);
  CHECK(disorder == 0);
  const auto balance = co_await with.database.one<std::int64_t>(count_balance);
  CHECK(balance == static_cast<std::int64_t>(published));
  const auto unsent = co_await with.database.one<std::int64_t>(count_unsent);
  CHECK(unsent == 0);
  co_await check_events(with.jetstream, published);
}

task<> kill_everything(fault_case& at, orders::order_clients with, std::string form,
                       kill_plan plan = {}, std::size_t programs_count = 1) {
  programs all;
  for (std::size_t count = 0; count < programs_count; ++count) {
    const std::vector<std::string> command = {"/usr/bin/env", "LEDGER_FORM=" + form, ledger_path};
    all.push_back(std::make_unique<orders::service_process>("ledger", command, at.servers));
  }
  nats::stream_config stream;
  stream.name = Ledger::name;
  stream.subjects = {"ledger.>"};
  co_await with.jetstream.ensure_stream(stream);
  kill_plan left = planned(plan);
  allow(case_limit_with_redelivery + time_of_a_kill * programs_count * left.all());
  bool is_enough = false;
  publisher entries;
  scope publishing;
  publishing.spawn(entries.run(with, is_enough));
  for (auto& service : all) {
    service->start();
    co_await blocking([&] { service->wait_ready(); });  // It makes the tables.
  }
  while (left.all() > 0) {
    const auto now = co_await booked(with);
    co_await wait_booked(with, now + at.random_between(1, 2 * entries_a_kill));
    co_await blocking([&] { kill_one(at, all, left); });
  }
  is_enough = true;
  co_await publishing.join();
  co_await with_timeout(drained_limit, wait_booked(with, entries.published));
  for (auto& service : all) {
    const std::string ending = co_await blocking([&] { return service->terminate(); });
    CHECK(ending == "exit code 0");
  }
  co_await check_effects(with, entries.published);
}

task<> kill_with_tx(fault_case& at, orders::order_clients with) {
  return kill_everything(at, with, "tx");
}
task<> kill_with_unit(fault_case& at, orders::order_clients with) {
  return kill_everything(at, with, "unit");
}
task<> kill_leaders(fault_case& at, orders::order_clients with) {
  return kill_everything(at, with, "leader", {.service = 3, .nats = 1, .postgres = 1}, 2);
}

}  // namespace

TEST_SUITE("faults.everything_killed") {
  TEST_CASE("effects are there once and in order when all are killed: a transaction each") {
    fault_case at;
    play(at, kill_with_tx);
  }

  TEST_CASE("effects are there once and in order when all are killed: group commit") {
    fault_case at;
    play(at, kill_with_unit);
  }

  TEST_CASE("of two programs one leads: effects are there once and in order when all are killed") {
    fault_case at;
    play(at, kill_leaders);
  }
}

}  // namespace weir::test
