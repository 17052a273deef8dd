// SPDX-License-Identifier: Apache-2.0
// runtime-bench: what weir's runtime costs beside asio, a bare coroutine and a hand-written loop.
//
//   runtime-bench ROUNDS      (run by tools/bench runtime; WEIR_DRIVER names the driver)
//
// Prints a table of medians over interleaved rounds and writes build/bench.json.
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "measurement.hpp"
#include "operations.hpp"

namespace {

using namespace weir::bench;

constexpr int rounds_max = 1000;

/// One operation, how it is measured on both sides, and the number to reach.
struct comparison {
  const char* name;
  double (*ours)();
  const char* peer;
  double (*theirs)();  // null: the peer is not on this machine
  double reach;
  bool reach_is_of_ratio = true;  // else of weir's own value
  std::vector<double> values = {};
  std::vector<double> peer_values = {};
};

#if WEIR_BENCH_ASIO
constexpr auto spawn_join_peer = asio_spawn_join, channel_peer = asio_channel,
               timer_peer = asio_timer;
#else
constexpr double (*spawn_join_peer)() = nullptr;
constexpr double (*channel_peer)() = nullptr;
constexpr double (*timer_peer)() = nullptr;
#endif

std::array<comparison, 5> comparisons() {
  return {{
      {"yield and resume", weir_yield, "a bare coroutine's resume()", bare_resume, 5, false},
      {"spawn and join, a child in batches of 100", weir_spawn_join,
       "asio: co_spawn, joined by io_context::run", spawn_join_peer, 1.0 / 10},
      {"bounded channel of 64, a message", weir_channel,
       "asio: experimental::channel with use_awaitable", channel_peer, 1.0 / 8},
      {"arm and cancel a timer, 200k live", weir_timer, "asio: steady_timer, async_wait and cancel",
       timer_peer, 1.0 / 3},
      {"TCP echo, CPU a request, 64 connections", weir_echo, "a hand-written epoll loop",
       epoll_echo, 0.9},
  }};
}

measurement summarised(const comparison& one) {
  measurement line{.suite = "runtime", .name = one.name, .unit = "ns"};
  line.value = median_of(one.values);
  line.reach = one.reach;
  if (!one.peer_values.empty()) {
    line.peer = one.peer;
    line.peer_value = median_of(one.peer_values);
    line.ratio = line.value / *line.peer_value;
  }
  if (!one.reach_is_of_ratio) {
    line.met = line.value <= one.reach;
  } else if (line.ratio) {
    line.met = *line.ratio <= one.reach;
  } else {
    line.reach.reset();  // Nothing to compare with, so nothing to reach.
  }
  return line;
}

int run(int rounds) {
  auto all = comparisons();
  for (int round = 1; round <= rounds; ++round) {
    for (comparison& one : all) {
      one.values.push_back(one.ours());
      if (one.theirs != nullptr) one.peer_values.push_back(one.theirs());
    }
    std::printf("round %d of %d done\n", round, rounds);
    std::fflush(stdout);
  }
  std::vector<measurement> lines;
  for (const comparison& one : all) lines.push_back(summarised(one));
  print_table(lines);
  write_results(lines);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 0;
  if (argc == 2) {
    const char* end = argv[1] + std::strlen(argv[1]);
    const auto read = std::from_chars(argv[1], end, rounds);
    if (read.ec != std::errc() || read.ptr != end) rounds = 0;
  }
  if (rounds < 1 || rounds > rounds_max) {
    std::fprintf(stderr, "usage: runtime-bench ROUNDS (1 to %d)\n", rounds_max);
    return 2;
  }
  try {
    return run(rounds);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "error: %s\n", failure.what());
    return 3;
  }
}
