// SPDX-License-Identifier: Apache-2.0
#include "connect.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace weir::postgres::detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void drop_notice(void*, const PGresult*) {}

weir::error unavailable(const pg_conn* connection, const std::string& why) {
  const char* host = PQhost(connection);
  const char* port = PQport(connection);
  const char* database = PQdb(connection);
  const auto text = [](const char* part) { return std::string(part == nullptr ? "" : part); };
  return {errc::unavailable, disposition::retry,
          "cannot connect to PostgreSQL at " + text(host) + " port " + text(port) +
              ", database \"" + text(database) + "\": " + why};
}

std::string last_error(const pg_conn* connection) {
  std::string text = PQerrorMessage(connection);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// Waits for what PQconnectPoll asked for; false when the time is over.
bool wait_for(const pg_conn* connection, PostgresPollingStatusType wanted,
              steady_clock::time_point until) {
  // The descriptor may be another after each step of libpq.
  pollfd waited{PQsocket(connection),
                static_cast<short>(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    if (left <= milliseconds::zero()) return false;
    const auto bounded = std::min(left, milliseconds(60'000));
    if (::poll(&waited, 1, static_cast<int>(bounded.count())) > 0) return true;
  }
}

}  // namespace

raw_connection connect(const std::string& conninfo, duration limit) {
  // Those before dbname can be changed by the user's conninfo, those behind it not. A peer that is
  // gone without a word is noticed within a minute rather than after the kernel's two hours.
  constexpr std::array<const char*, 8> keywords{
      "fallback_application_name", "tcp_user_timeout", "keepalives_idle", "keepalives_interval",
      "keepalives_count",          "dbname",           "client_encoding", nullptr};
  const std::array<const char*, 8> values{"weir", "30000",          "15",   "5",
                                          "3",    conninfo.c_str(), "UTF8", nullptr};
  constexpr int expand_conninfo = 1;
  raw_connection made(PQconnectStartParams(keywords.data(), values.data(), expand_conninfo));
  if (!made) {
    throw weir::error(errc::limit_exceeded, disposition::retry,
                      "no memory for a PostgreSQL connection");
  }
  // Else libpq writes what the server says while connecting to stderr.
  PQsetNoticeReceiver(made.get(), drop_notice, nullptr);
  const auto until = steady_clock::now() + limit;
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (PQstatus(made.get()) != CONNECTION_BAD && status != PGRES_POLLING_OK) {
    if (!wait_for(made.get(), status, until)) {
      throw unavailable(made.get(), "no answer within the connect time-out");
    }
    status = PQconnectPoll(made.get());
    if (status == PGRES_POLLING_FAILED) break;
  }
  if (status != PGRES_POLLING_OK) throw unavailable(made.get(), last_error(made.get()));
  return made;
}

}  // namespace weir::postgres::detail
