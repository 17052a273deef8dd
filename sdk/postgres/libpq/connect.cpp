// SPDX-License-Identifier: Apache-2.0
#include "connect.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "weir/assert.hpp"
#include "weir/result.hpp"

namespace weir::postgres::detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How long one call of poll() waits at most; poll() counts in an int.
constexpr milliseconds wait_max{60'000};

/// A peer that is gone without a word is noticed within a minute rather than after the kernel's two
/// hours: probed after 15 s of silence, three times, 5 s apart; what is sent must be acknowledged
/// within 30 s.
constexpr std::pair<const char*, const char*> user_can_change[] = {
    {"fallback_application_name", "weir"},
    {"tcp_user_timeout", "30000"},  // ms
    {"keepalives_idle", "15"},      // s
    {"keepalives_interval", "5"},   // s
    {"keepalives_count", "3"},
};

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
    const auto bounded = std::min(left, wait_max);
    if (::poll(&waited, 1, static_cast<int>(bounded.count())) > 0) return true;
  }
}

raw_connection start(const connect_settings& settings) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  const auto add = [&](const char* keyword, const char* value) {
    keywords.push_back(keyword);
    values.push_back(value);
  };
  // Of two values for one keyword libpq takes the later.
  for (const auto& [keyword, value] : user_can_change) add(keyword, value);
  for (const auto& [keyword, value] : settings) add(keyword.c_str(), value.c_str());
  add("client_encoding", "UTF8");
  add(nullptr, nullptr);
  constexpr int take_dbname_as_it_is = 0;
  raw_connection made(PQconnectStartParams(keywords.data(), values.data(), take_dbname_as_it_is));
  if (!made) {
    throw weir::error(errc::limit_exceeded, disposition::retry,
                      "no memory for a PostgreSQL connection");
  }
  // Else libpq writes what the server says while connecting to stderr.
  PQsetNoticeReceiver(made.get(), drop_notice, nullptr);
  return made;
}

result<raw_connection> attempt(const connect_settings& settings, steady_clock::time_point until) {
  raw_connection made = start(settings);
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (PQstatus(made.get()) != CONNECTION_BAD && status != PGRES_POLLING_OK) {
    if (!wait_for(made.get(), status, until)) {
      return unavailable(made.get(),
                         "no answer within the connect time-out, which all hosts share");
    }
    status = PQconnectPoll(made.get());
    if (status == PGRES_POLLING_FAILED) break;
  }
  if (status != PGRES_POLLING_OK) return unavailable(made.get(), last_error(made.get()));
  return made;
}

}  // namespace

raw_connection connect(const std::vector<connect_settings>& attempts, duration limit) {
  WEIR_ASSERT(!attempts.empty());
  const auto until = steady_clock::now() + limit;
  std::string failures;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const auto now = steady_clock::now();
    const auto others = static_cast<steady_clock::rep>(attempts.size() - i);
    auto opened = attempt(attempts[i], now + (until - now) / others);
    if (opened) return std::move(*opened);
    if (!failures.empty()) failures += "; ";
    failures += opened.error().message();
  }
  throw weir::error(errc::unavailable, disposition::retry, std::move(failures));
}

}  // namespace weir::postgres::detail
