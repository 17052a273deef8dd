// SPDX-License-Identifier: Apache-2.0
#include "nats_server.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <random>
#include <string_view>

#include "server_programs.hpp"

namespace weir::servers {
namespace {

constexpr int info_limit_ms = 1000;
constexpr std::size_t info_bytes = 4096;  // the first line of a server is about 400 bytes long

// The line that a NATS server sends to everyone who connects; empty if none came.
std::string read_info(std::uint16_t port) {
  const unique_fd connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!connection ||
      connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return {};
  }
  std::string line;
  while (line.find("\r\n") == std::string::npos && line.size() < info_bytes) {
    pollfd readable{connection.get(), POLLIN, 0};
    if (poll(&readable, 1, info_limit_ms) != 1) return {};
    std::array<char, info_bytes> part;
    const ssize_t size = recv(connection.get(), part.data(), part.size(), 0);
    if (size <= 0) return {};
    line.append(part.data(), static_cast<std::size_t>(size));
  }
  return line.starts_with("INFO {") ? line : std::string();
}

// The text of a JSON string member of one flat object.
std::string string_member(std::string_view json, std::string_view name) {
  const std::string key = '"' + std::string(name) + "\":\"";
  const std::size_t start = json.find(key);
  if (start == std::string_view::npos) return {};
  const std::string_view value = json.substr(start + key.size());
  return std::string(value.substr(0, value.find('"')));
}

std::string random_text() { return std::to_string(std::random_device()()); }

}  // namespace

nats_server::nats_server(nats_server_options options, const server_place& place)
    : private_server("nats", SIGTERM, current_account(), place),
      program_(find_nats_server()),
      // A directory that is kept may be called as others are.
      name_(directory().filename().string() + (box().is_kept() ? "-" + random_text() : "")),
      options_(std::move(options)) {}

std::string nats_server::url() const { return "nats://127.0.0.1:" + std::to_string(port()); }

void nats_server::prepare() {
  // The name tells this server from another that may have taken the port first.
  box().write("nats.conf", "server_name: \"" + name() +
                               "\"\n"
                               "listen: \"127.0.0.1:" +
                               std::to_string(port()) +
                               "\"\n"
                               "jetstream { store_dir: \"" +
                               (directory() / "jetstream").string() + "\"\n" + options_.jetstream +
                               "}\n" + options_.configuration);
}

void nats_server::erase_store() { std::filesystem::remove_all(directory() / "jetstream"); }

std::vector<std::string> nats_server::command() const {
  return {program_.string(), "--config", (directory() / "nats.conf").string()};
}

bool nats_server::is_ready() {
  const std::string info = read_info(port());
  if (string_member(info, "server_name") != name()) return false;
  set_version(string_member(info, "version"));
  return true;
}

}  // namespace weir::servers
