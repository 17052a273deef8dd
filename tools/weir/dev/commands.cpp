// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>

#include "console.hpp"
#include "dev_session.hpp"
#include "examples.hpp"
#include "exit_code.hpp"
#include "private_servers.hpp"
#include "servers/loopback_port.hpp"
#include "weir/loop.hpp"
#include "weir/scope.hpp"
#include "weir/signals.hpp"

namespace weir::tools {
namespace {

constexpr const char* details =
    "Starts a nats-server and a PostgreSQL of its own on this machine, builds the project with "
    "Meson\n"
    "and Ninja, and runs its program on them. When a source changes it builds again, and when "
    "that\n"
    "succeeded it lets the program drain and starts the new one. It shows what the program logs, "
    "and\n"
    "each event that passes. Ctrl-C ends it all; the servers' data are gone then, unless --keep\n"
    "names where they stay.\n"
    "\n"
    "The program is the one that the project makes in this folder or below it, or the one of them\n"
    "that it installs.\n"
    "\n"
    "Should one of the servers end by itself, it shows the end of that one's log, lets the "
    "program\n"
    "drain, and ends.\n"
    "\n"
    "Exits 0 after Ctrl-C, 3 when a server did not start or ended by itself.\n\n";

struct request {
  std::string folder = ".";
  std::string build = "build";
  std::string program;
  std::string keep;
  std::uint16_t nats_port = 0;
  std::uint16_t postgres_port = 0;
  std::uint16_t admin_port = 0;
};

std::filesystem::path kept(const request& from, const char* server) {
  return from.keep.empty() ? std::filesystem::path() : std::filesystem::path(from.keep) / server;
}

void introduce(const dev::private_servers& of, const dev::surroundings& around, dev::console& out) {
  out.say(fmt::format("nats-server {} runs as process {}", of.nats.version(), of.nats.pid()));
  out.say(
      fmt::format("PostgreSQL {} runs as process {}", of.postgres.version(), of.postgres.pid()));
  out.say("for another shell:");
  out.plain("export NATS_URL=" + around.nats_url);
  out.plain("export DATABASE_URL='" + around.database_url + "'");
  out.say("the service tells how it is at http://" + around.admin_address + "/metrics");
}

task<> watch_signals(std::unique_ptr<signal_set>& caught, interruption& stop) {
  static_cast<void>(co_await caught->next());
  caught.reset();  // From here on a signal ends the process, and the guards do the rest.
  stop.wanted.set();
}

task<> develop(const request& from, dev::project in, dev::private_servers& own,
               dev::surroundings around, std::unique_ptr<signal_set>& caught, dev::console& out) {
  interruption stop;
  scope watching;
  watching.spawn(watch_signals(caught, stop));
  std::exception_ptr failure;
  try {
    co_await dev::develop(std::move(in), from.program, own, std::move(around), stop, out);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await watching.close();
  if (failure) std::rethrow_exception(failure);
}

int run(const request& from) {
  const dev::project in = dev::find_project(from.folder, from.build);
  // Before all threads and children.
  auto caught = std::unique_ptr<signal_set>(new signal_set{SIGINT, SIGTERM, SIGHUP});
  dev::console out(std::cout);
  out.say("starts a nats-server and a PostgreSQL");
  dev::private_servers own({.port = from.nats_port, .kept = kept(from, "nats")},
                           {.port = from.postgres_port, .kept = kept(from, "postgres")});
  own.nats.start();
  own.postgres.start();
  const std::uint16_t admin =
      from.admin_port != 0 ? from.admin_port : servers::free_loopback_port();
  const dev::surroundings around{.nats_url = own.nats.url(),
                                 .database_url = own.postgres.conninfo(),
                                 .admin_address = "127.0.0.1:" + std::to_string(admin)};
  introduce(own, around, out);
  loop home;
  home.run(develop(from, in, own, around, caught, out));
  out.say("stops the servers");
  own.postgres.stop();
  own.nats.stop();
  return exit_good;
}

void add_port_option(CLI::App& to, const std::string& name, std::uint16_t& into,
                     const std::string& description) {
  to.add_option(name, into, description + "; a free one without it")
      ->type_name("PORT")
      ->check(CLI::Range(std::uint16_t{1}, std::uint16_t{65535}));
}

}  // namespace

void add_dev_command(CLI::App& under, actions& to) {
  auto what = std::make_shared<request>();
  CLI::App& leaf = *under.add_subcommand(
      "dev", "Runs a service on servers of its own, anew upon each change of its sources.");
  set_examples(leaf, {"weir dev", "weir dev services/shop --keep /tmp/shop --nats-port 4222",
                      "weir dev --program order-processor"});
  leaf.footer(details + under.get_footer());
  leaf.add_option("FOLDER", what->folder, "of the service, in a Meson project")
      ->capture_default_str();
  leaf.add_option("--program", what->program, "which one of several")->type_name("NAME");
  leaf.add_option("--build", what->build, "the build directory, within the project")
      ->type_name("FOLDER")
      ->capture_default_str();
  leaf.add_option("--keep", what->keep, "keeps the servers' data there, for the next time, too")
      ->type_name("FOLDER");
  add_port_option(leaf, "--nats-port", what->nats_port, "of the nats-server");
  add_port_option(leaf, "--postgres-port", what->postgres_port, "of the PostgreSQL");
  add_port_option(leaf, "--admin-port", what->admin_port, "of the service's pages");
  to.on(leaf, [what] { return run(*what); });
}

}  // namespace weir::tools
