// SPDX-License-Identifier: Apache-2.0
#include "servers/postgres_server.hpp"

#include <doctest/doctest.h>
#include <libpq-fe.h>

#include <memory>
#include <string>

#include "watchdog.hpp"

namespace {

using weir::servers::postgres_server;

constexpr std::chrono::seconds several_starts{180};

using connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

connection connect_to(const std::string& conninfo) {
  connection opened(PQconnectdb(conninfo.c_str()), PQfinish);
  INFO(PQerrorMessage(opened.get()));
  REQUIRE(PQstatus(opened.get()) == CONNECTION_OK);
  return opened;
}

std::string query(const connection& on, const char* sql) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(on.get(), sql), PQclear);
  INFO(PQerrorMessage(on.get()));
  const ExecStatusType status = PQresultStatus(result.get());
  REQUIRE((status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK));
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : std::string();
}

}  // namespace

TEST_SUITE("servers.postgres") {
  TEST_CASE("a started PostgreSQL takes connections over TCP and over its Unix socket") {
    postgres_server server;
    server.start();

    CHECK(server.is_running());
    CHECK(query(connect_to(server.conninfo()), "select inet_server_addr()") == "127.0.0.1");
    CHECK(query(connect_to(server.socket_conninfo()), "select inet_server_addr()") == "");
    const std::string version = query(connect_to(server.conninfo()), "show server_version");
    CHECK(version.substr(0, version.find(' ')) == server.version());
  }

  TEST_CASE("fsync and synchronous commit are on, as on a user's server") {
    postgres_server server;
    server.start();
    const connection session = connect_to(server.conninfo());

    CHECK(query(session, "show fsync") == "on");
    CHECK(query(session, "show synchronous_commit") == "on");
  }

  TEST_CASE("nobody connects without the password") {
    postgres_server server;
    server.start();
    const std::string without =
        "postgresql://postgres@127.0.0.1:" + std::to_string(server.port()) + "/postgres";

    const connection refused(PQconnectdb(without.c_str()), PQfinish);
    CHECK(PQstatus(refused.get()) == CONNECTION_BAD);
  }

  TEST_CASE("committed rows survive a SIGKILL while clients are connected") {
    weir::test::allow(several_starts);
    postgres_server server;
    server.start();
    const std::uint16_t port = server.port();
    const connection session = connect_to(server.conninfo());
    query(session, "create table kept (value int)");
    query(session, "insert into kept values (42)");

    for (int crash = 0; crash < 3; ++crash) {
      const connection other = connect_to(server.conninfo());
      server.kill_hard();
      CHECK_FALSE(server.is_running());
      server.start();
      CHECK(server.port() == port);
      CHECK(query(connect_to(server.conninfo()), "select value from kept") == "42");
    }
  }

  TEST_CASE("committed rows survive an orderly restart while clients are connected") {
    postgres_server server;
    server.start();
    const connection session = connect_to(server.conninfo());
    query(session, "create table kept (value int)");
    query(session, "insert into kept values (42)");

    server.restart();
    CHECK(query(connect_to(server.conninfo()), "select value from kept") == "42");
  }

  TEST_CASE("a paused PostgreSQL can be stopped") {
    postgres_server server;
    server.start();
    const connection session = connect_to(server.conninfo());

    server.pause();
    server.resume();
    CHECK(query(session, "select 1") == "1");

    server.pause();
    server.stop();
    CHECK_FALSE(server.is_running());
  }
}
