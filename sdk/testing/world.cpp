// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

#include "weir/nats/connection.hpp"

namespace weir::test {
namespace {

constexpr auto clear_database =
    stmt<"do $$ begin drop schema public cascade; create schema public; end $$",
         postgres::statement_kind::write, "weir_test_clear">;
constexpr auto end_others = stmt<
    "select count(pg_terminate_backend(pid)) from pg_stat_activity "
    "where datname = current_database() and pid <> pg_backend_pid()",
    postgres::statement_kind::write, "weir_test_cut">;

nats::connection_options to_nats(const service_settings& servers) {
  nats::connection_options options;
  options.url = servers.nats.url;
  return options;
}

postgres::pool_options to_database(const service_settings& servers) {
  postgres::pool_options options;
  options.conninfo = servers.postgres.url;
  return options;
}

}  // namespace

world::world(const service_settings& servers)
    : link_(to_nats(servers)), jetstream_(link_), database_(to_database(servers)) {}

task<> world::close() {
  co_await database_.close();
  co_await link_.close();
}

task<> world::clear() {
  std::vector<std::string> names;
  auto all = jetstream_.stream_names();
  while (auto name = co_await all.next()) names.push_back(*name);
  for (const auto& name : names) co_await jetstream_.delete_stream(name);
  co_await database_.exec(clear_database);
}

task<> world::deliver_again(const crash_case& which, bool acknowledged_too) {
  const auto found = co_await jetstream_.consumer_info(which.stream, which.consumer).as_result();
  if (!found) {
    if (found.error().is(errc::not_found)) co_return;
    throw found.error();
  }
  if (found->ack_pending == 0 && !acknowledged_too) co_return;
  // A consumer made anew delivers at once, as its predecessor would after its ack_wait.
  nats::consumer_config again = found->config;
  again.durable = which.consumer;
  again.deliver = nats::deliver_policy::by_start_sequence;
  again.start_sequence = acknowledged_too ? 1 : found->ack_floor_stream_sequence + 1;
  co_await jetstream_.delete_consumer(which.stream, which.consumer);
  co_await jetstream_.ensure_consumer(which.stream, std::move(again));
}

task<> world::cut_database() { co_await database_.one<std::int64_t>(end_others); }

}  // namespace weir::test
