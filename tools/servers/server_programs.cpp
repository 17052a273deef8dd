// SPDX-License-Identifier: Apache-2.0
#include "server_programs.hpp"

#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>

#include "server_error.hpp"

namespace weir::servers {
namespace {

constexpr const char* nats_server_variable = "WEIR_NATS_SERVER";
constexpr const char* debian_postgres_root = "/usr/lib/postgresql";

// The directory, of PATH or of the system programs, that holds `program`.
std::optional<std::filesystem::path> directory_of(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream directories(std::string(path == nullptr ? "" : path) +
                                 ":/usr/local/bin:/usr/sbin:/usr/bin");
  std::string directory;
  while (std::getline(directories, directory, ':')) {
    const std::filesystem::path candidate = std::filesystem::path(directory) / program;
    if (access(candidate.c_str(), X_OK) == 0) return directory;
  }
  return std::nullopt;
}

}  // namespace

std::filesystem::path find_nats_server() {
  if (const char* chosen = std::getenv(nats_server_variable); chosen != nullptr && *chosen != 0) {
    if (access(chosen, X_OK) == 0) return std::filesystem::absolute(chosen);
    throw server_error(std::string(nats_server_variable) + " names \"" + chosen +
                       "\", which is no program that can be run; give the path of a nats-server");
  }
  if (const auto directory = directory_of("nats-server")) return *directory / "nats-server";
  throw server_error("nats-server is not installed; on Debian: apt-get install nats-server");
}

std::filesystem::path find_postgres_programs() {
  std::filesystem::path newest;
  int newest_version = 0;
  std::error_code none;  // not a Debian system, or no PostgreSQL
  for (const auto& entry : std::filesystem::directory_iterator(debian_postgres_root, none)) {
    const int version = std::atoi(entry.path().filename().c_str());
    const std::filesystem::path programs = entry.path() / "bin";
    if (version <= newest_version || access((programs / "postgres").c_str(), X_OK) != 0) continue;
    newest = programs;
    newest_version = version;
  }
  if (newest_version > 0) return newest;
  if (const auto directory = directory_of("postgres")) return *directory;
  throw server_error("PostgreSQL's server is not installed; on Debian: apt-get install postgresql");
}

}  // namespace weir::servers
