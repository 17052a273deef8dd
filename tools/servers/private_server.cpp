// SPDX-License-Identifier: Apache-2.0
#include "private_server.hpp"

#include <algorithm>

#include "child_processes.hpp"
#include "loopback_port.hpp"
#include "server_error.hpp"

namespace weir::servers {
namespace {

constexpr std::chrono::seconds start_limit{60};
constexpr std::chrono::seconds stop_limit{30};
constexpr std::chrono::seconds death_limit{30};  // the guard kills what a dead server left in 10 s
constexpr std::chrono::milliseconds ready_check_interval{10};
constexpr std::chrono::seconds pause_limit{10};
constexpr std::chrono::milliseconds pause_check_interval{1};
constexpr int max_port_draws = 10;

}  // namespace

private_server::private_server(std::string_view name, int stop_signal, account user,
                               const server_place& place)
    : name_(name),
      stop_signal_(stop_signal),
      user_(user),
      sandbox_(name, place.kept),
      log_file_(sandbox_.path() / "server.log"),
      process_(sandbox_.path(), sandbox_.is_kept()),
      port_(place.port),
      port_is_ours_(place.port != 0) {}

void private_server::start() {
  if (process_.is_running()) fail("runs already");
  for (int draw = 1;; ++draw) {
    if (!port_is_ours_) port_ = free_loopback_port();
    prepare();
    std::error_code none_yet;
    log_start_ = std::filesystem::file_size(log_file_, none_yet);
    if (none_yet) log_start_ = 0;
    process_.run({.arguments = command(),
                  .stop_signal = stop_signal_,
                  .user = user_,
                  .log_file = log_file_});
    if (wait_ready()) break;
    const bool port_was_taken =
        log_of_this_start().find("ddress already in use") != std::string::npos;
    if (port_is_ours_ || !port_was_taken || draw == max_port_draws) {
      fail("ended with " + process_.ending() + " while starting");
    }
  }
  port_is_ours_ = true;
}

bool private_server::wait_ready() {
  const auto deadline = std::chrono::steady_clock::now() + start_limit;
  while (!is_ready()) {
    if (process_.wait_ended(ready_check_interval)) return false;
    if (std::chrono::steady_clock::now() < deadline) continue;
    process_.signal(SIGKILL);
    process_.wait_ended(death_limit);
    fail("did not serve within " + std::to_string(start_limit.count()) + " s of its start");
  }
  return true;
}

void private_server::stop() {
  process_.signal(stop_signal_);
  process_.signal_tree(SIGCONT);  // a paused server could not obey
  if (process_.wait_ended(stop_limit)) return;
  kill_hard();
  fail("did not stop within " + std::to_string(stop_limit.count()) + " s, and was killed");
}

void private_server::kill_hard() {
  process_.signal(SIGKILL);
  if (!process_.wait_ended(death_limit)) fail("left processes that do not end");
}

void private_server::restart() {
  stop();
  start();
}

void private_server::pause() {
  const pid_t server = pid();
  if (server == 0) return;
  process_.signal_tree(SIGSTOP);
  const auto deadline = std::chrono::steady_clock::now() + pause_limit;
  const auto stands = [server] {
    return stands_still(server) && std::ranges::all_of(children_of(server), stands_still);
  };
  while (!stands()) {
    if (process_.wait_ended(pause_check_interval)) return;
    if (std::chrono::steady_clock::now() > deadline) fail("does not stand still");
  }
}

std::string private_server::log_of_this_start() const {
  const std::string text = read_text(log_file_);
  return text.size() > log_start_ ? text.substr(log_start_) : std::string();
}

void private_server::fail(const std::string& what) const {
  throw server_error("the private " + name_ + " server on 127.0.0.1:" + std::to_string(port_) +
                     " " + what + "; its log ends:\n" + last_lines(log_file_));
}

}  // namespace weir::servers
