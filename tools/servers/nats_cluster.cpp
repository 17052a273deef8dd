// SPDX-License-Identifier: Apache-2.0
#include "nats_cluster.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "http_page.hpp"
#include "loopback_port.hpp"
#include "server_error.hpp"

namespace weir::servers {
namespace {

constexpr std::chrono::seconds complete_limit{60};
constexpr std::chrono::milliseconds complete_check_interval{10};
constexpr int max_port_draws = 5;

std::string host_and_port(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

std::size_t count_of(std::string_view part, std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

}  // namespace

nats_cluster::nats_cluster(std::string configuration) : configuration_(std::move(configuration)) {}

void nats_cluster::draw_ports() {
  std::array<std::uint16_t, size> route_ports;
  std::string routes;
  for (std::size_t i = 0; i < size; ++i) {
    page_ports_[i] = free_loopback_port();
    route_ports[i] = free_loopback_port();
    routes += (i == 0 ? "\"nats-route://" : ", \"nats-route://") + host_and_port(route_ports[i]);
    routes += '"';
  }
  for (std::size_t i = 0; i < size; ++i) {
    servers_[i].configure({.configuration = "http: \"" + host_and_port(page_ports_[i]) +
                                            "\"\n"
                                            "cluster { name: weir, listen: \"" +
                                            host_and_port(route_ports[i]) + "\", routes: [" +
                                            routes + "] }\n" + configuration_});
  }
}

void nats_cluster::start() {
  for (int draw = 1;; ++draw) {
    if (!ports_are_ours_) draw_ports();
    try {
      for (nats_server& one : servers_)
        if (!one.is_running()) one.start();
      break;
    } catch (const server_error&) {
      // Somebody may have taken a port meanwhile, one of these servers perhaps.
      if (ports_are_ours_ || draw == max_port_draws) throw;
      for (nats_server& one : servers_)
        if (one.is_running()) one.kill_hard();
    }
  }
  ports_are_ours_ = true;
  wait_complete();
}

void nats_cluster::wait_complete() {
  const auto deadline = std::chrono::steady_clock::now() + complete_limit;
  while (!is_complete()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw server_error("the private NATS cluster " + url() + " was not complete within " +
                         std::to_string(complete_limit.count()) + " s; the log of one ends:\n" +
                         last_lines(servers_[0].log_file()));
    }
    std::this_thread::sleep_for(complete_check_interval);
  }
}

bool nats_cluster::is_complete() const {
  // The leader alone knows the state of the others.
  return std::ranges::any_of(page_ports_, [](std::uint16_t port) {
    const std::string page = http_page(port, "/jsz");
    return count_of("\"current\": true", page) == size - 1 &&
           count_of("\"offline\": true", page) == 0;
  });
}

std::string nats_cluster::url() const {
  std::string all;
  for (const nats_server& one : servers_) all += (all.empty() ? "" : ",") + one.url();
  return all;
}

nats_server& nats_cluster::named(std::string_view name) {
  const auto found =
      std::ranges::find_if(servers_, [&](const nats_server& one) { return one.name() == name; });
  if (found == servers_.end())
    throw server_error("no server of the private NATS cluster is \"" + std::string(name) + '"');
  return *found;
}

nats_server& nats_cluster::at(std::string_view address) {
  const auto found = std::ranges::find_if(
      servers_, [&](const nats_server& one) { return host_and_port(one.port()) == address; });
  if (found == servers_.end())
    throw server_error("no server of the private NATS cluster is at " + std::string(address));
  return *found;
}

}  // namespace weir::servers
