// SPDX-License-Identifier: Apache-2.0
#include "servers/postgres_server.hpp"

#include <doctest/doctest.h>
#include <libpq-fe.h>

#include <filesystem>
#include <memory>
#include <string>

#include "servers/server_error.hpp"
#include "watchdog.hpp"

namespace {

using weir::servers::postgres_server;
using weir::servers::sandbox;
using weir::servers::server_error;
using weir::servers::server_place;

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

  TEST_CASE("a cluster in a kept directory is there again, with its password") {
    weir::test::allow(several_starts);
    const sandbox box("kept");
    // Where we are root the server is somebody else's.
    std::filesystem::permissions(box.path(), std::filesystem::perms::others_exec,
                                 std::filesystem::perm_options::add);
    const server_place place{.kept = box.path() / "postgres"};
    // What an initdb leaves that was killed.
    std::filesystem::create_directories(place.kept / "data.new/base");
    {
      postgres_server server(place);
      server.start();
      const connection session = connect_to(server.conninfo());
      query(session, "create table kept as select 42 as value");
    }
    postgres_server server(place);
    server.start();
    CHECK(query(connect_to(server.conninfo()), "select value from kept") == "42");
    const auto owned = std::filesystem::status(place.kept).permissions();
    CHECK((owned & std::filesystem::perms::others_all) == std::filesystem::perms::none);
  }

  TEST_CASE("a kept cluster without its password is refused") {
    const sandbox box("kept");
    const server_place place{.kept = box.path() / "postgres"};
    std::filesystem::create_directories(place.kept / "data");
    CHECK_THROWS_WITH_AS(postgres_server{place}, doctest::Contains("has not the password"),
                         server_error);
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
