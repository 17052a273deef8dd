// SPDX-License-Identifier: Apache-2.0
#include "postgres_server.hpp"

#include <sys/un.h>

#include <array>
#include <csignal>
#include <random>
#include <sstream>

#include "server_error.hpp"
#include "server_programs.hpp"

namespace weir::servers {
namespace {

constexpr std::chrono::seconds initdb_limit{120};
constexpr const char* password_file = "password";
constexpr int pid_file_status_line = 8;  // where the server says that it is "ready"

std::string random_password() {
  std::random_device device;
  std::ostringstream text;
  text << std::hex << device() << device() << device() << device();
  return text.str();
}

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  std::istringstream text(read_text(file));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

}  // namespace

postgres_server::postgres_server(const server_place& place)
    : private_server("postgres", SIGINT, unprivileged_account(), place),
      programs_(find_postgres_programs()),
      password_(has_cluster() ? kept_password() : random_password()) {
  constexpr std::string_view longest_name = "/.s.PGSQL.65535";
  if (directory().string().size() + longest_name.size() >= sizeof(sockaddr_un::sun_path)) {
    throw server_error("\"" + directory().string() +
                       "\" is too long a path for PostgreSQL's Unix socket; " +
                       (box().is_kept() ? "choose" : "set TMPDIR to") + " a shorter one");
  }
  give_to(directory(), user());
}

std::string postgres_server::conninfo() const {
  return "postgresql://postgres:" + password_ + "@127.0.0.1:" + std::to_string(port()) +
         "/postgres";
}

std::string postgres_server::socket_conninfo() const {
  return "postgresql://postgres:" + password_ + "@/postgres?host=" + directory().string() +
         "&port=" + std::to_string(port());
}

bool postgres_server::has_cluster() const { return std::filesystem::exists(data()); }

std::string postgres_server::kept_password() const {
  const std::vector<std::string> lines = lines_of(directory() / password_file);
  if (lines.size() == 1) return lines.front();
  throw server_error("\"" + (directory() / password_file).string() +
                     "\" has not the password of the cluster beside it; remove the directory to "
                     "begin anew");
}

void postgres_server::create_cluster() {
  give_to(box().write(password_file, password_ + '\n'), user());
  // --no-sync: nobody relies on these files before the server has started and synced its own.
  // Beside its place, so that none is taken for whole that was not finished.
  const std::filesystem::path draft = directory() / "data.new";
  std::filesystem::remove_all(draft);
  process().run({.arguments = {(programs_ / "initdb").string(), "--pgdata=" + draft.string(),
                               "--username=postgres", "--auth=scram-sha-256",
                               "--pwfile=" + (directory() / password_file).string(),
                               "--encoding=UTF8", "--locale=C", "--no-sync"},
                 .stop_signal = SIGINT,
                 .user = user(),
                 .log_file = log_file()});
  const bool ended = process().wait_ended(initdb_limit);
  if (ended && process().ending() == "exit code 0") {
    std::filesystem::rename(draft, data());
    return;
  }
  throw server_error("initdb failed: " + (ended ? process().ending() : "it does not end") +
                     "; its output ends:\n" + last_lines(log_file()));
}

void postgres_server::prepare() {
  if (!has_cluster()) create_cluster();
}

void postgres_server::set(std::string name, std::string value) {
  settings_.push_back(std::move(name) + '=' + std::move(value));
}

std::vector<std::string> postgres_server::command() const {
  std::vector<std::string> made{
      (programs_ / "postgres").string(), "-D", data().string(), "-c", "listen_addresses=127.0.0.1",
      "-c", "port=" + std::to_string(port()), "-c",
      "unix_socket_directories=" + directory().string(), "-c",
      // Not in /dev/shm: all that a killed server leaves behind must lie in the sandbox.
      "dynamic_shared_memory_type=mmap"};
  for (const std::string& setting : settings_) {
    made.emplace_back("-c");
    made.push_back(setting);
  }
  return made;
}

bool postgres_server::is_ready() {
  // As pg_ctl does: the file names the process, and says "ready" when it takes connections.
  const std::vector<std::string> lines = lines_of(data() / "postmaster.pid");
  if (lines.size() < pid_file_status_line || lines[0] != std::to_string(pid()) ||
      !lines[pid_file_status_line - 1].starts_with("ready")) {
    return false;
  }
  constexpr std::string_view announcement = "starting PostgreSQL ";
  const std::string log = log_of_this_start();
  const std::size_t start = log.find(announcement);
  if (start == std::string::npos) return false;
  const std::size_t version = start + announcement.size();
  set_version(log.substr(version, log.find_first_of(" \n", version) - version));
  return true;
}

}  // namespace weir::servers
