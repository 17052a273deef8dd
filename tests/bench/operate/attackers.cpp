// SPDX-License-Identifier: Apache-2.0
// attackers PORT: does to the pages of a service on this host what those do who mean it no good,
// until SIGTERM. It takes of the processors what nobody else wants: real ones have their own.
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "http_client.hpp"
#include "program.hpp"
#include "weir/loop.hpp"
#include "weir/scope.hpp"
#include "weir/signals.hpp"
#include "weir/sleep.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using test::http_client;
using test::request_for;

constexpr std::uint64_t port_max = 65'535;
constexpr std::size_t crowd_max = 10'000;
constexpr std::size_t other_descriptors = 500;
constexpr int of_each_kind = 20;
constexpr auto breath = 20ms;
/// Between two tries of one of the crowd: all of them are there most of the time.
constexpr auto crowd_breath = 1s;

using attack = task<> (*)(socket_address);

/// Fewer are no attack.
constexpr std::uint64_t reached_least = 1000;

std::uint64_t reached = 0;  // so often somebody had a connection

task<http_client> reach(socket_address at) {
  http_client client = co_await http_client::connect(at);
  ++reached;
  co_return client;
}

task<> trickle(socket_address at) {
  http_client client = co_await reach(at);
  for (;;) {
    co_await client.send("x");
    co_await sleep(5ms);
  }
}

task<> send_long_head(socket_address at) {
  http_client client = co_await reach(at);
  co_await client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
  // In parts, for a long call holds a core here as no peer elsewhere can.
  const std::string part(1 << 14, 'x');
  for (int count = 0; count < 64; ++count) co_await client.send(part);
  static_cast<void>(co_await client.closed());
}

task<> ask_without_reading(socket_address at) {
  http_client client = co_await reach(at);
  std::string many;
  for (int count = 0; count < 200; ++count) many += request_for("/metrics");
  for (;;) co_await client.send(many);
}

task<> send_rubbish(socket_address at) {
  http_client client = co_await reach(at);
  std::string rubbish(loop::current().random() % 4096 + 1, '\0');
  for (char& c : rubbish) c = static_cast<char>(loop::current().random());
  co_await client.send(rubbish);
  static_cast<void>(co_await client.closed());
}

task<> say_nothing(socket_address at) {
  http_client client = co_await reach(at);
  static_cast<void>(co_await client.closed());
}

task<> ask_for_all(socket_address at) {
  http_client client = co_await reach(at);
  static_cast<void>(co_await client.ask(request_for("/metrics")));
}

/// Again and again; how one ends is nobody's concern.
task<> repeat(attack one, socket_address at, duration pause) {
  for (;;) {
    static_cast<void>(co_await one(at).as_result());
    co_await sleep(pause);
  }
}

/// So many connections as this process may have.
std::size_t crowd() {
  rlimit descriptors{};
  ::getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = descriptors.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &descriptors);
  return std::min<std::size_t>(crowd_max, descriptors.rlim_cur - other_descriptors);
}

task<> attack_until_told(socket_address at) {
  signal_set end{SIGTERM};
  scope all;
  for (int count = 0; count < of_each_kind; ++count) {
    for (const attack one : {trickle, send_long_head, ask_without_reading, send_rubbish}) {
      all.spawn(repeat(one, at, breath));
    }
  }
  all.spawn(repeat(ask_for_all, at, breath));
  for (std::size_t count = crowd(); count > 0; --count) {
    all.spawn(repeat(say_nothing, at, crowd_breath));
  }
  co_await end.next();
  co_await all.close();
}

int run(std::uint16_t port) {
  const sched_param none{};
  ::sched_setscheduler(0, SCHED_IDLE, &none);
  // An io_uring takes thousands of calls at once, and this kernel may let nobody else run
  // meanwhile.
  loop home(driver_choice::epoll);
  home.run(attack_until_told(socket_address::of_ip("127.0.0.1", port).value()));
  if (reached >= reached_least) return 0;
  std::fprintf(stderr, "the attackers were let in %llu times\n",
               static_cast<unsigned long long>(reached));
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto port = argc == 2 ? bench::number(argv[1], port_max) : 0;
  if (port == 0) {
    std::fputs("usage: attackers PORT\n", stderr);
    return 2;
  }
  return bench::run_program([&] { return run(static_cast<std::uint16_t>(port)); });
}
