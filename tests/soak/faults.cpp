// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include <algorithm>
#include <array>
#include <random>

#include "weir/blocking.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::soak {
namespace {

constexpr auto still_for = std::chrono::seconds(3);
/// A lame duck has shut its JetStream down, and closes its connections meanwhile.
constexpr auto lame_for = std::chrono::seconds(2);

task<> stand_still(servers::nats_server& server) {
  co_await blocking([&server] { server.pause(); });
  co_await sleep(still_for);
  server.resume();
}

task<> end_as_lame_duck(servers::nats_server& server) {
  server.enter_lame_duck_mode();
  co_await sleep(lame_for);
  co_await blocking([&server] { server.restart(); });
}

task<> crash(servers::nats_server& server) {
  co_await blocking([&server] {
    server.kill_hard();
    server.start();
  });
}

task<> restart(servers::nats_server& server) {
  co_await blocking([&server] { server.restart(); });
}

task<> do_fault(fault what, servers::nats_server& server, cut_proxy& proxy) {
  switch (what) {
    case fault::crash:
      co_return co_await crash(server);
    case fault::stand_still:
      co_return co_await stand_still(server);
    case fault::cut:
      co_return proxy.cut();
    case fault::lame_duck:
      co_return co_await end_as_lame_duck(server);
    case fault::restart:
      co_return co_await restart(server);
  }
}

}  // namespace

std::string_view name_of(fault what) noexcept {
  constexpr std::array<std::string_view, fault_kinds> names{
      "crash and restart", "stand still for 3 s", "cut of the connections", "lame duck and restart",
      "orderly restart"};
  return names[static_cast<std::size_t>(what)];
}

servers::nats_server_options soaked_server() {
  return {.configuration = "lame_duck_duration: \"30s\", lame_duck_grace_period: \"1s\"\n"};
}

task<> do_faults(servers::nats_server& server, cut_proxy& proxy, fault_options options) {
  using enum fault;
  if (options.every <= duration::zero()) co_return;
  std::array all{crash, stand_still, cut, lame_duck, restart};
  std::mt19937_64 random(options.seed);
  for (;;) {
    std::ranges::shuffle(all, random);
    for (const fault what : all) {
      co_await sleep(options.every);
      if (options.on_fault) options.on_fault(what);
      // Not cancelled in its middle: whoever looks at the end looks at a server that runs.
      co_await shield(do_fault(what, server, proxy));
    }
  }
}

}  // namespace weir::soak
