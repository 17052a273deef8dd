// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <set>

#include "probe.hpp"
#include "running_service.hpp"
#include "server_options.hpp"
#include "try_message.hpp"
#include "weir/config/load_settings.hpp"
#include "weir/loop.hpp"
#include "weir/observe/log.hpp"
#include "weir/observe/log_writer.hpp"
#include "weir/scope.hpp"
#include "weir/service/service.hpp"

namespace weir {
namespace {

// docs/errors.md is made of these comments.

/// It drained, or did what it was asked for.
constexpr int exit_good = 0;
/// It could not start or go on: the last lines of its log say why. A second signal ends it so, too.
constexpr int exit_failed = 1;
/// The command line, a setting, or how the program registers its handlers is wrong; with `--try`
/// the message is one of others, too.
constexpr int exit_usage = 2;

/// With `--check-config`: a setting is wrong, and told.
constexpr int exit_wrong_settings = 1;

/// With `--try`: the handler fails.
constexpr int exit_would_fail = 1;
/// With `--try`: it could not be tried, since a server is away, or the message is not there.
constexpr int exit_not_tried = 3;

constexpr const char* help =
    "Settings, each layer over those before it:\n"
    "  1. the program's defaults\n"
    "  2. /etc/SERVICE/config.toml\n"
    "  3. $XDG_CONFIG_HOME/SERVICE/config.toml, else ~/.config/SERVICE/config.toml\n"
    "  4. --config FILE\n"
    "  5. $CREDENTIALS_DIRECTORY/SECTION.KEY for each secret (systemd's LoadCredential=)\n"
    "  6. the environment: WEIR_NATS__URL for nats.url, and the names below\n"
    "  7. --set nats.url=nats://host:4222; its secrets show in the list of processes\n"
    "A secret KEY is also read from a file, by KEY_file. --print-config shows them all.\n"
    "\n"
    "Environment:\n"
    "  NATS_URL                   nats.url: servers, commas between them (nats://127.0.0.1:4222)\n"
    "  DATABASE_URL               postgres.url; what it leaves out libpq reads from PG*\n"
    "  WEIR_DATABASE_CONNECTIONS  postgres.connections: how many at most (10)\n"
    "  WEIR_MIGRATIONS            service.migrations: the directory of the .sql files\n"
    "  WEIR_DRIVER                service.driver: uring or epoll; else what the kernel allows\n"
    "  WEIR_LOG_LEVEL             log.level: trace, debug, info, warn or error\n"
    "  WEIR_LOG_FORMAT            log.format: automatic, text, json or journal\n"
    "  WEIR_ADMIN__LISTEN         admin.listen: where it tells how it is (127.0.0.1:8080), or off\n"
    "  WEIR_ADMIN__OPTIONAL       admin.optional: checks without which it is ready (postgres,...)\n"
    "  OTEL_*                     trace.*: as OpenTelemetry defines them\n"
    "  NOTIFY_SOCKET              where READY=1 is told (sd_notify)\n"
    "\n"
    "With --try the handler of a dead letter, or each handler of a stored message, runs once in a\n"
    "transaction that is rolled back: the rows and events that it would make are printed, nothing\n"
    "is stored, published, acknowledged, made or migrated. What it does elsewhere (a call, a "
    "mail)\n"
    "is done, and numbers drawn from sequences stay drawn. Exits 0 when the handler succeeds, 1 "
    "when\n"
    "it fails, 2 for a wrong command line or a message of others, 3 when it could not be tried.\n";

/// What the command line asks for.
struct request {
  bool once = false;
  bool describes = false;
  bool json = false;
  bool checks = false;
  bool prints = false;
  std::string tried = {};
  std::string page = {};
  std::string file = {};
  std::vector<std::string> overrides = {};
};

void add_options(CLI::App& app, request& asked) {
  auto* const to_end = app.add_flag("--once", asked.once,
                                    "Handle what the streams hold, send what is stored, answer no "
                                    "requests, then end");
  auto* const to_describe =
      app.add_flag("--describe", asked.describes, "Print the handlers and their policies, and end");
  auto* const to_try =
      app.add_option("--try", asked.tried, "Run the handler on a dead letter, and undo it")
          ->type_name("STREAM:SEQUENCE")
          ->excludes(to_end, to_describe);
  app.add_option("--probe", asked.page, "Ask the service that runs here whether it is well")
      ->check(CLI::IsMember({"livez", "readyz", "startupz"}))
      ->excludes(to_end, to_describe, to_try);
  app.add_flag("--json", asked.json, "With --try: a line of JSON for each handler")->needs(to_try);
  app.add_option("--config", asked.file, "Settings in TOML, over those of the system and user")
      ->type_name("FILE");
  app.add_option("--set", asked.overrides, "A setting, over all others; may come again")
      ->type_name("SECTION.KEY=VALUE")
      ->allow_extra_args(false);
  auto* const to_check = app.add_flag("--check-config", asked.checks,
                                      "Exit 0 when all settings are right, else tell and exit 1")
                             ->excludes(to_end, to_describe, to_try);
  app.add_flag("--print-config", asked.prints,
               "Print the settings with where they come from, secrets masked, and end")
      ->excludes(to_end, to_describe, to_try, to_check);
}

/// Two handlers on one durable consumer would take each other's messages.
void refuse_shared_consumers(const service& which) {
  std::set<std::pair<std::string_view, std::string_view>> taken;
  for (const auto& one : which.registrations()) {
    if (taken.emplace(one.entry.stream, one.policy.name()).second) continue;
    throw error(errc::invalid_argument, disposition::permanent,
                "two handlers have the durable consumer '" + one.policy.name() + "' of stream " +
                    std::string(one.entry.stream) + "; give each a name of its own");
  }
}

/// Runs a service beside who writes its log; that ends last, so that no line of its end waits.
task<std::string> run_logged(task<std::string> running) {
  scope writing;
  writing.spawn(write_log());
  std::string summary;
  std::exception_ptr failure;
  try {
    summary = co_await std::move(running);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await writing.close();
  if (failure) std::rethrow_exception(failure);
  co_return summary;
}

service_settings load(const service& which, const request& asked) {
  service_settings defaults;
  defaults.service.migrations = which.migrations().string();
  defaults.admin.listen = default_admin_listen;
  settings_sources from = sources_of_process(which.name());
  from.file = asked.file;
  from.overrides = asked.overrides;
  service_settings settings = load_settings(from, std::move(defaults), which.own_sections());
  const bool has_migrations = !settings.service.migrations.empty();
  detail::check_addresses(settings, has_migrations || detail::wants_database(which));
  refuse_shared_consumers(which);
  return settings;
}

int run(const service& which, service_settings settings, bool once) {
  // A program that is about to end is nobody's to watch.
  if (once) settings.admin.listen.clear();
  try {
    loop home(settings.service.driver);
    const auto until = once ? detail::run_until::backlog_done : detail::run_until::signal;
    const std::string summary = home.run(run_logged(detail::run_service(which, settings, until)));
    std::printf("%s\n", summary.c_str());
    return exit_good;
  } catch (const error& failure) {
    log_error(which.name() + " failed: " + failure.message());
    return failure.is(errc::invalid_argument) ? exit_usage : exit_failed;
  } catch (const std::exception& failure) {
    log_error(which.name() + " failed: " + failure.what());
    return exit_failed;
  }
}

int try_one(const service& which, const service_settings& settings, const request& asked) {
  try {
    loop home(settings.service.driver);
    const auto tried = home.run(detail::try_message(which, settings, {asked.tried, asked.json}));
    std::fputs(tried.report.c_str(), stdout);
    return tried.succeeds ? exit_good : exit_would_fail;
  } catch (const error& failure) {
    log_error(which.name() + " cannot try " + asked.tried + ": " + failure.message());
    return failure.is(errc::invalid_argument) ? exit_usage : exit_not_tried;
  } catch (const std::exception& failure) {
    log_error(which.name() + " cannot try " + asked.tried + ": " + failure.what());
    return exit_not_tried;
  }
}

}  // namespace

int service::main(int argc, char** argv) {
  CLI::App options("Handles events and requests until SIGTERM.", name_);
  options.footer(help);
  options.set_version_flag("--version", name_ + ' ' + version_);
  request asked;
  add_options(options, asked);
  try {
    options.parse(argc, argv);
  } catch (const CLI::ParseError& ending) {
    const bool is_help = ending.get_exit_code() == 0;
    options.exit(ending);
    return is_help ? exit_good : exit_usage;
  }
  if (asked.describes) {
    std::fputs(describe().c_str(), stdout);
    return exit_good;
  }
  service_settings settings;
  try {
    settings = load(*this, asked);
  } catch (const error& failure) {
    // For who calls it, not for who collects the service's log.
    std::fprintf(stderr, "%s\n", failure.what());
    return asked.checks ? exit_wrong_settings : exit_usage;
  }
  if (asked.prints) {
    std::fputs(to_toml(settings).c_str(), stdout);
    return exit_good;
  }
  if (asked.checks) {
    std::printf("the settings of %s are right\n", name_.c_str());
    return exit_good;
  }
  if (!asked.page.empty()) return detail::probe(asked.page, name_, settings.admin);
  migrations_ = settings.service.migrations;
  name_log(name_, version_);
  detail::set_up_log(settings.log);
  return asked.tried.empty() ? run(*this, settings, asked.once) : try_one(*this, settings, asked);
}

}  // namespace weir
