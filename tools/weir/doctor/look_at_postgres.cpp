// SPDX-License-Identifier: Apache-2.0
#include "postgres.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/timestamp.hpp"

namespace weir::doctor {
namespace {

constexpr auto all_settings =
    stmt<"select name, setting from pg_settings", postgres::statement_kind::read>;

constexpr auto state = stmt<
    "select (select count(*) from pg_stat_activity where backend_type = 'client backend') as "
    "connections, pg_is_in_recovery() as standby, "
    "coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted, "
    "coalesce(inet_client_addr() <<= '127.0.0.0/8' or inet_client_addr() = '::1', true) as local, "
    "coalesce((select rolsuper from pg_roles where rolname = current_user), false) as superuser, "
    "clock_timestamp() as now",
    postgres::statement_kind::read>;

struct setting_row {
  std::string name;
  std::optional<std::string> setting;
};

struct state_row {
  std::int64_t connections;
  bool standby;
  bool encrypted;
  bool local;
  bool superuser;
  timestamp now;
};

timestamp wall_time() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

task<> ask(postgres::pool& from, postgres_facts& into) {
  const auto settings = co_await from.query<setting_row>(all_settings);
  for (const setting_row& one : settings) into.settings[one.name] = one.setting.value_or("");
  const timestamp before = wall_time();
  const auto now = co_await from.one<state_row>(state);
  into.clock_ahead = now.now - (before + (wall_time() - before) / 2);
  into.connections = now.connections;
  into.is_standby = now.standby;
  into.is_encrypted = now.encrypted;
  into.is_local = now.local;
  into.is_superuser = now.superuser;
}

}  // namespace

task<postgres_facts> look_at_postgres(std::string conninfo, std::size_t pool_size) {
  postgres::pool_options options;
  options.conninfo = std::move(conninfo);
  options.max_connections = 1;
  postgres::pool from(std::move(options));
  postgres_facts seen;
  seen.pool = static_cast<std::int64_t>(pool_size);
  const auto asked = co_await ask(from, seen).as_result();
  co_await from.close();
  if (!asked.has_value()) throw asked.error();
  co_return seen;
}

}  // namespace weir::doctor
