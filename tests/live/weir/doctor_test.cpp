// SPDX-License-Identifier: Apache-2.0
// `weir doctor` on real servers.
#include "command.hpp"
#include "doctor/nats.hpp"
#include "doctor/postgres.hpp"
#include "doctor/system.hpp"
#include "fixture.hpp"
#include "servers/postgres_server.hpp"

TEST_SUITE_BEGIN("weir.doctor_look");

using namespace weir;
using namespace weir::test;

namespace {

task<> looks_at_nats(post_office& in) {
  nats::consumer_config wanted;
  wanted.durable = "billing";
  co_await in.js().ensure_consumer("ORDERS", wanted);
  const auto seen = co_await doctor::look_at_nats(in.link(), "nats://here", "");
  REQUIRE(seen.account.has_value());
  CHECK(seen.account->streams == 2);
  REQUIRE(seen.streams.size() == 2);
  CHECK(seen.server.version >= nats::server_version{2, 9, 0});
  CHECK_FALSE(seen.monitor.has_value());
  const auto& orders = seen.streams[seen.streams[0].info.name == "ORDERS" ? 0 : 1];
  REQUIRE(orders.consumers.size() == 1);
  CHECK(orders.consumers[0].name == "billing");
  const auto nobody = co_await doctor::look_at_nats(in.link(), "", "http://127.0.0.1:1");
  CHECK(contains(nobody.monitor_failure, "nobody answers at http://127.0.0.1:1/varz"));
}

task<> runs_as_a_command(post_office& in) {
  const std::string quiet = "env -u DATABASE_URL -u PGHOST -u PGPORT -u PGDATABASE -u PGSERVICE ";
  const ending found = run_line(quiet + "NATS_URL=" + in.url() + " " WEIR_COMMAND " doctor");
  CHECK(found.code == 1);  // Its streams are without bounds.
  CHECK(contains(found.output, "warning  stream ORDERS: nothing bounds it"));
  CHECK(contains(found.output, "note     postgres: not looked at"));
  const ending lines = run_line(quiet + WEIR_COMMAND " doctor --nats nats://127.0.0.1:1 --json");
  CHECK(lines.code == 1);
  CHECK(contains(lines.output, R"({"severity":"problem","subject":"nats","what":"no NATS server)"));
  co_return;
}

}  // namespace

TEST_CASE("a server is asked for its account, its streams and their consumers") {
  post_office::open(looks_at_nats);
}
TEST_CASE("doctor as a command ends with 1 where it found something") {
  post_office::open(runs_as_a_command);
}
TEST_CASE("a system tells its kernel and whether it has io_uring, and why not") {
  const auto seen = doctor::look_at_system();
  CHECK_FALSE(seen.kernel.empty());
  CHECK((seen.has_uring || !seen.uring_details.empty()));
}
TEST_CASE("a PostgreSQL tells its settings, and that its role is a superuser") {
  servers::postgres_server server;
  server.start();
  loop home;
  const auto seen = home.run(doctor::look_at_postgres(server.conninfo(), 10));
  CHECK(seen.settings.at("fsync") == "on");
  CHECK(seen.number("max_connections") == 100);
  CHECK(seen.connections >= 1);
  CHECK(seen.is_superuser);
  CHECK(seen.is_local);
  CHECK_FALSE(seen.is_standby);
  CHECK(seen.clock_ahead < 1h);
  const ending found = run_line("NATS_URL=nats://127.0.0.1:1 " WEIR_COMMAND " doctor --database " +
                                server.conninfo());
  CHECK(found.code == 1);
  CHECK(contains(found.output, "postgres: the role is a superuser"));
  CHECK_FALSE(contains(found.output, server.conninfo()));
}
TEST_CASE("a PostgreSQL that is not there is a finding") {
  const ending found = run_line("NATS_URL=nats://127.0.0.1:1 " WEIR_COMMAND
                                " doctor --database postgresql://u:canary@127.0.0.1:1/d");
  CHECK(found.code == 1);
  CHECK(contains(found.output, "problem  postgres: "));
  CHECK_FALSE(contains(found.output, "canary"));
}

TEST_SUITE_END();
