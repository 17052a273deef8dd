// SPDX-License-Identifier: Apache-2.0
#include "libpq_connection.hpp"

#include <array>

#include "weir/error.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t parameters_max = 8;

[[noreturn]] void fail(PGconn* on) {
  throw error(errc::protocol, disposition::permanent, std::string("libpq: ") + PQerrorMessage(on));
}

}  // namespace

libpq_connection::libpq_connection(const std::string& conninfo)
    : native_(PQconnectdb(conninfo.c_str()), PQfinish) {
  if (PQstatus(native_.get()) != CONNECTION_OK) fail(native_.get());
  PQsetNoticeProcessor(native_.get(), [](void*, const char*) {}, nullptr);
}

libpq_connection::answer libpq_connection::checked(PGresult* result) const {
  answer owned(result, PQclear);
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(native_.get());
  return owned;
}

std::string libpq_connection::run(const std::string& sql) {
  const answer result = checked(PQexec(native_.get(), sql.c_str()));
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : std::string();
}

void libpq_connection::prepare(const char* name, std::string_view sql) {
  checked(PQprepare(native_.get(), name, std::string(sql).c_str(), 0, nullptr));
}

libpq_connection::answer libpq_connection::execute(const char* name,
                                                   std::span<const binary_value> parameters) {
  std::array<const char*, parameters_max> values{};
  std::array<int, parameters_max> lengths{};
  std::array<int, parameters_max> formats{};
  for (std::size_t index = 0; index < parameters.size(); ++index) {
    values.at(index) = parameters[index].data();
    lengths.at(index) = static_cast<int>(parameters[index].size());
    formats.at(index) = 1;
  }
  return checked(PQexecPrepared(native_.get(), name, static_cast<int>(parameters.size()),
                                values.data(), lengths.data(), formats.data(), 1));
}

}  // namespace weir::bench
