// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "amounts.hpp"
#include "postgres.hpp"

namespace weir::doctor {
namespace {

using namespace std::chrono_literals;

constexpr const char* subject = "postgres";
constexpr std::int64_t oldest_version = 130'000;
constexpr std::int64_t wal_megabytes_min = 1024;
constexpr auto clock_tolerance = 1s;

std::string text_of(const postgres_facts& seen, const std::string& name) {
  const auto found = seen.settings.find(name);
  return found == seen.settings.end() ? "?" : found->second;
}

finding judge_version(const postgres_facts& seen) {
  const std::string what = "PostgreSQL " + text_of(seen, "server_version");
  if (seen.number("server_version_num").value_or(0) < oldest_version) {
    return {severity::warning, subject, what + " is no longer repaired by its makers",
            "upgrade; weir is tested with 15"};
  }
  return {severity::good, subject, what};
}

void judge_durability(const postgres_facts& seen, findings& into) {
  if (seen.is_off("fsync")) {
    into.push_back({severity::problem, subject,
                    "fsync is off: a crash of the machine may destroy the whole database",
                    "set fsync = on"});
  }
  if (seen.is_off("full_page_writes")) {
    into.push_back({severity::problem, subject,
                    "full_page_writes is off: a crash may leave pages half written",
                    "set full_page_writes = on"});
  }
  const std::string commit = text_of(seen, "synchronous_commit");
  if (commit == "off") {
    into.push_back({severity::problem, subject,
                    "synchronous_commit is off: a message is acknowledged, and a crash takes back "
                    "what it changed",
                    "set synchronous_commit = on, for the role or the database of the service"});
  } else {
    into.push_back({severity::good, subject, "synchronous_commit is " + commit});
  }
  if (text_of(seen, "synchronous_standby_names").empty()) {
    into.push_back({severity::note, subject,
                    "no standby is waited for: a failover may lose the last commits",
                    "with a standby, set synchronous_standby_names where that must not be"});
  }
}

void judge_wal(const postgres_facts& seen, findings& into) {
  const std::string level = text_of(seen, "wal_level");
  if (level == "minimal") {
    into.push_back({severity::warning, subject,
                    "wal_level is minimal: neither a standby nor a restore to a point in time",
                    "set wal_level = replica"});
  }
  const auto size = seen.number("max_wal_size");  // in megabytes
  if (size && *size < wal_megabytes_min) {
    into.push_back({severity::note, subject,
                    fmt::format("max_wal_size is {} MB: many writes bring many checkpoints", *size),
                    "set it to some gigabytes where the service writes much"});
  }
  if (level != "minimal") into.push_back({severity::good, subject, "wal_level is " + level});
}

finding judge_room(const postgres_facts& seen) {
  const std::int64_t most = seen.number("max_connections").value_or(0);
  const std::int64_t kept = seen.number("superuser_reserved_connections").value_or(0);
  const std::int64_t room = most - kept - seen.connections;
  std::string what = fmt::format(
      "max_connections is {}, {} are open, {} are kept for superusers; a service takes {}", most,
      seen.connections, kept, seen.pool);
  if (room >= seen.pool) return {severity::good, subject, std::move(what)};
  return {severity::warning, subject, std::move(what),
          fmt::format("there is room for {}: raise max_connections, put a pooler in between, or "
                      "lower WEIR_DATABASE_CONNECTIONS",
                      std::max<std::int64_t>(room, 0))};
}

void judge_connection(const postgres_facts& seen, findings& into) {
  if (seen.is_encrypted) {
    into.push_back({severity::good, subject, "the connection is encrypted"});
  } else {
    into.push_back({seen.is_local ? severity::note : severity::warning, subject,
                    "the connection is not encrypted",
                    "set ssl = on, and sslmode=verify-full in DATABASE_URL"});
  }
  if (seen.is_superuser) {
    into.push_back({severity::warning, subject,
                    "the role is a superuser: a mistake in a statement has no bounds",
                    "give the service a role of its own that owns its tables"});
  }
  if (seen.is_standby) {
    into.push_back({severity::problem, subject, "this is a standby: nothing can be written",
                    "name several hosts and target_session_attrs=read-write in DATABASE_URL"});
  }
}

}  // namespace

std::optional<std::int64_t> postgres_facts::number(const std::string& name) const {
  const auto found = settings.find(name);
  if (found == settings.end()) return std::nullopt;
  const std::string& text = found->second;
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

bool postgres_facts::is_off(const std::string& name) const {
  const auto found = settings.find(name);
  return found != settings.end() && found->second == "off";
}

findings judge(const postgres_facts& seen) {
  findings all;
  all.push_back(judge_version(seen));
  judge_connection(seen, all);
  judge_durability(seen, all);
  judge_wal(seen, all);
  all.push_back(judge_room(seen));
  if (seen.is_off("autovacuum")) {
    all.push_back(
        {severity::problem, subject,
         "autovacuum is off: inbox and outbox, which change all the time, grow without end",
         "set autovacuum = on"});
  } else {
    all.push_back({severity::good, subject, "autovacuum is on"});
  }
  const duration off = std::max(seen.clock_ahead, -seen.clock_ahead);
  const bool is_off = off > clock_tolerance;
  all.push_back(
      {is_off ? severity::warning : severity::good, subject,
       "its clock and ours differ by " + tools::text_of_span(off),
       is_off ? "let a time service keep both: schedules and expiries are told by them" : ""});
  return all;
}

}  // namespace weir::doctor
