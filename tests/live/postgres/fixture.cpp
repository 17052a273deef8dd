// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

#include <libpq-fe.h>

#include <stdexcept>

namespace weir::test {

servers::postgres_server& shared_postgres() {
  static servers::postgres_server server;
  if (!server.is_running()) server.start();
  return server;
}

std::string run_elsewhere(const std::string& sql) {
  using connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
  using answer = std::unique_ptr<PGresult, decltype(&PQclear)>;
  const connection other(PQconnectdb(shared_postgres().conninfo().c_str()), PQfinish);
  PQsetNoticeProcessor(other.get(), [](void*, const char*) {}, nullptr);
  const answer result(PQexec(other.get(), sql.c_str()), PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(PQerrorMessage(other.get()));
  }
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : std::string();
}

postgres::pool_options options_for(const std::string& schema) {
  run_elsewhere("drop schema if exists " + schema + " cascade; create schema " + schema);
  postgres::pool_options options;
  options.conninfo = shared_postgres().conninfo() + "?options=-csearch_path%3D" + schema;
  return options;
}

}  // namespace weir::test
