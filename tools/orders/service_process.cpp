// SPDX-License-Identifier: Apache-2.0
#include "service_process.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "order_processor_path.hpp"
#include "servers/server_error.hpp"

namespace weir::orders {
namespace {

constexpr std::size_t notification_bytes_max = 4096;
/// How long to wait for a word of the service before looking whether it still runs.
constexpr std::chrono::milliseconds look_interval{100};

servers::unique_fd listen_for_notifications(const std::filesystem::path& path) {
  servers::unique_fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) {
    throw servers::server_error("the path \"" + text +
                                "\" is too long for a Unix socket: set TMPDIR to a shorter one");
  }
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  if (!socket ||
      bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw servers::server_error("cannot listen on \"" + text + "\": " + std::strerror(errno));
  }
  return socket;
}

}  // namespace

service_process::service_process(const order_servers& on)
    : service_process("order-processor", {order_processor_path}, on) {}

service_process::service_process(std::string name, std::vector<std::string> command,
                                 const order_servers& on)
    : name_(std::move(name)),
      command_(std::move(command)),
      servers_(on),
      sandbox_(name_),
      notify_path_(sandbox_.path() / "notify"),
      log_file_(sandbox_.path() / "log"),
      process_(sandbox_.path()),
      notify_(listen_for_notifications(notify_path_)) {}

void service_process::start() {
  times_told(ready_state);  // takes what an earlier run has left in the socket
  told_.clear();
  log_start_ = servers::read_text(log_file_).size();
  std::vector<std::string> arguments{"/usr/bin/env", "NATS_URL=" + servers_.nats.url(),
                                     "DATABASE_URL=" + servers_.postgres.conninfo(),
                                     "NOTIFY_SOCKET=" + notify_path_.string()};
  arguments.insert(arguments.end(), command_.begin(), command_.end());
  process_.run({.arguments = std::move(arguments),
                .stop_signal = SIGTERM,
                .user = servers::current_account(),
                .log_file = log_file_});
}

std::size_t service_process::times_told(std::string_view state) {
  std::array<char, notification_bytes_max> text;
  ssize_t size = 0;
  while ((size = recv(notify_.get(), text.data(), text.size(), 0)) > 0) {
    told_.emplace_back(text.data(), static_cast<std::size_t>(size));
  }
  return static_cast<std::size_t>(
      std::count_if(told_.begin(), told_.end(),
                    [state](const std::string& told) { return told.find(state) != told.npos; }));
}

void service_process::wait_told(std::string_view state, std::size_t times) {
  const std::string awaited = "it said \"" + std::string(state) + '"';
  const auto limit = std::chrono::steady_clock::now() + ready_limit;
  while (times_told(state) < times) {
    if (!is_running()) fail("ended before " + awaited + ", with " + process_.ending());
    if (std::chrono::steady_clock::now() > limit) fail("took too long until " + awaited);
    pollfd word{notify_.get(), POLLIN, 0};
    poll(&word, 1, static_cast<int>(look_interval.count()));
  }
}

std::string service_process::terminate() {
  ask_to_end();
  return wait_ended();
}

std::string service_process::wait_ended() {
  if (!process_.wait_ended(end_limit)) fail("did not end in time");
  return process_.ending();
}

void service_process::kill_hard() {
  process_.signal(SIGKILL);
  wait_ended();
}

std::string service_process::output() const {
  const std::string all = servers::read_text(log_file_);
  return all.substr(std::min(log_start_, all.size()));
}

std::string service_process::report() const {
  std::string text = output();
  while (!text.empty()) {
    if (text.back() == '\n') text.pop_back();
    const std::size_t line = text.rfind('\n') + 1;  // npos + 1 is 0
    if (text.compare(line, 1, "{") == 0) return text.substr(line);
    text.erase(line);
  }
  fail("ended (" + process_.ending() + ") without a report");
}

void service_process::fail(const std::string& what) const {
  throw servers::server_error(name_ + " " + what + "; its last lines:\n" +
                              servers::last_lines(log_file_));
}

}  // namespace weir::orders
