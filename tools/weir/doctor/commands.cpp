// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "examples.hpp"
#include "exit_code.hpp"
#include "nats.hpp"
#include "nats_session.hpp"
#include "options.hpp"
#include "postgres.hpp"
#include "system.hpp"
#include "weir/config/load_settings.hpp"
#include "weir/config/masked_url.hpp"

namespace weir::tools {
namespace {

constexpr const char* details =
    "Looks at this machine, at the nats-server of NATS_URL with all streams and consumers of the\n"
    "account, and at the PostgreSQL of DATABASE_URL or the PG* variables. It changes nothing.\n"
    "\n"
    "Exits 0 when all is well or only noted, 1 with a warning or a problem.\n\n";

struct request {
  std::string url;
  std::string database;
  std::string monitor;
  bool json = false;
};

task<int> look(nats::connection& over, const request& from, const std::string& url,
               doctor::findings& into) {
  const auto seen = co_await doctor::look_at_nats(over, masked_url(url), from.monitor);
  std::ranges::move(doctor::judge(seen), std::back_inserter(into));
  co_return exit_good;
}

void examine_nats(const request& from, doctor::findings& into) {
  const nats_settings servers = nats_servers(from.url);
  const auto body = [&](nats::connection& over, interruption&) {
    return look(over, from, servers.url, into);
  };
  try {
    run_nats_connection(servers, on_signal::end, body);
  } catch (const error& failure) {
    into.push_back({doctor::severity::problem, "nats", failure.message(),
                    "start nats-server -js, or say where it is: --nats or NATS_URL"});
  }
}

/// Whether anything says where PostgreSQL is.
bool is_named(const std::string& conninfo) {
  constexpr const char* names[] = {"PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGSERVICE"};
  return !conninfo.empty() ||
         std::ranges::any_of(names, [](const char* name) { return std::getenv(name) != nullptr; });
}

void examine_postgres(const request& from, doctor::findings& into) {
  const postgres_settings around = settings_of_environment().postgres;
  const std::string conninfo = from.database.empty() ? around.url : from.database;
  if (!is_named(conninfo)) {
    into.push_back({doctor::severity::note, "postgres", "not looked at: nothing says where it is",
                    "set DATABASE_URL or PGHOST, or say --database"});
    return;
  }
  try {
    loop home;
    const auto seen = home.run(doctor::look_at_postgres(conninfo, around.connections));
    std::ranges::move(doctor::judge(seen), std::back_inserter(into));
  } catch (const error& failure) {
    into.push_back({doctor::severity::problem, "postgres", failure.message(),
                    "start it, or say where it is: --database or DATABASE_URL"});
  }
}

int run(const request& from) {
  doctor::findings all = doctor::judge(doctor::look_at_system());
  examine_nats(from, all);
  examine_postgres(from, all);
  if (from.json) {
    doctor::print_json(all, std::cout);
  } else {
    doctor::print(all, std::cout);
  }
  return doctor::is_ill(all) ? exit_findings : exit_good;
}

}  // namespace

void add_doctor_command(CLI::App& under, actions& to) {
  auto what = std::make_shared<request>();
  CLI::App& leaf = *under.add_subcommand(
      "doctor", "Looks for what would hurt a service here: kernel, NATS, PostgreSQL.");
  set_examples(leaf, {"weir doctor", "weir doctor --monitor http://127.0.0.1:8222 --json"});
  leaf.footer(details + under.get_footer());
  add_nats_option(leaf, what->url);
  leaf.add_option("--database", what->database, "in place of DATABASE_URL")->type_name("URL");
  leaf.add_option("--monitor", what->monitor,
                  "the monitoring page of nats-server, for sync_interval and its clock")
      ->type_name("URL");
  leaf.add_flag("--json", what->json, "a line of JSON for each finding");
  to.on(leaf, [what] { return run(*what); });
}

}  // namespace weir::tools
