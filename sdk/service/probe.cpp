// SPDX-License-Identifier: Apache-2.0
#include "probe.hpp"

#include <array>
#include <cstdio>

#include "weir/loop.hpp"
#include "weir/observe/admin.hpp"
#include "weir/tcp.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

/// As patient as those who call it: Docker and Kubernetes give a probe some seconds.
constexpr duration probe_limit = std::chrono::seconds(5);
/// An answer is a line for each check.
constexpr std::size_t answer_bytes_max = std::size_t{256} << 10;

// docs/errors.md is made of these comments.

/// With `--probe`: the service answers, and is well.
constexpr int exit_well = 0;
/// With `--probe`: it is not well, does not answer, or another service does.
constexpr int exit_not_well = 1;
/// With `--probe`: a wrong command line or setting; the service has no pages.
constexpr int exit_usage = 2;

/// Who listens everywhere listens on this host, too.
std::string reachable(const std::string& ip) {
  if (ip == "0.0.0.0") return "127.0.0.1";
  if (ip == "::") return "::1";
  return ip;
}

task<std::string> ask(admin_address where, std::string page) {
  const auto address = socket_address::of_ip(reachable(where.ip), where.port);
  tcp_stream link = co_await tcp_stream::connect(address.value());
  const std::string request =
      "GET /" + page + "?verbose HTTP/1.1\r\nHost: localhost\r\n" + "Connection: close\r\n\r\n";
  co_await link.write_all(request);
  std::string answer;
  std::array<std::byte, 4096> part;
  while (answer.size() < answer_bytes_max) {
    const std::size_t count = co_await link.read_some(part);
    if (count == 0) co_return answer;
    answer.append(reinterpret_cast<const char*>(part.data()), count);
  }
  throw error(errc::limit_exceeded, disposition::permanent, "the answer is too long");
}

int judge(const std::string& answer, const std::string& service) {
  const std::size_t end = answer.find("\r\n\r\n");
  if (end == answer.npos || !answer.starts_with("HTTP/1.1 ")) {
    std::fputs("what answers is no service of weir\n", stderr);
    return exit_not_well;
  }
  const std::string header = answer.substr(0, end + 2);
  std::fputs(answer.c_str() + end + 4, stdout);
  if (header.find("\r\nWeir-Service: " + service + "\r\n") == header.npos) {
    std::fputs("another service answers there\n", stderr);
    return exit_not_well;
  }
  return answer.starts_with("HTTP/1.1 200 ") ? exit_well : exit_not_well;
}

}  // namespace

int probe(const std::string& page, const std::string& service, const admin_settings& settings) {
  try {
    const auto where = parse_admin_address(settings.listen);
    if (!where || where->port == 0) {
      std::fprintf(stderr,
                   "%s cannot be asked: it has no pages, or on a port that nobody knows before "
                   "(admin.listen is '%s')\n",
                   service.c_str(), settings.listen.c_str());
      return exit_usage;
    }
    // No rings for one question.
    loop home(driver_choice::epoll);
    return judge(home.run(with_timeout(probe_limit, ask(*where, page))), service);
  } catch (const error& failure) {
    std::fprintf(stderr, "%s: %s\n", service.c_str(), failure.message().c_str());
    return failure.is(errc::invalid_argument) ? exit_usage : exit_not_well;
  }
}

}  // namespace weir::detail
