// SPDX-License-Identifier: Apache-2.0
// runtime-bench: what weir's runtime costs beside others that do the same in the same run.
//
//   runtime-bench ROUNDS [NAME=PROGRAM...]      (run by tools/bench runtime; WEIR_DRIVER names the
//                                                driver)
// NAME is go, asio-epoll or asio-uring; a peer whose program is not given is left out. Prints a
// table of medians over interleaved rounds and writes build/bench.json.
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <optional>

#include "echo_load.hpp"
#include "measurement.hpp"
#include "operations.hpp"
#include "peer_program.hpp"
#include "program.hpp"

namespace {

using namespace weir::bench;

constexpr int rounds_max = 1000;

using programs = std::map<std::string, std::string, std::less<>>;

/// Who does the same, and the ratio to reach where there is one.
struct peer {
  std::string name;
  std::function<double()> measure;
  std::optional<double> reach = {};
  std::vector<double> values = {};
};

/// One operation, how it is measured, and the value to reach where that is not a ratio.
struct operation {
  std::string name;
  double (*measure)();
  std::string unit = "ns";
  std::optional<double> reach = {};
  std::vector<peer> peers = {};
  std::vector<double> values = {};
};

/// A Go program's measurement of the same, where it is at hand.
void add_go(operation& one, const programs& at, const char* what, int count) {
  const auto found = at.find("go");
  if (found == at.end()) return;
  one.peers.push_back({"Go", [program = found->second, what, count] {
                         return run_peer({program, what, std::to_string(count)});
                       }});
}

void add_echo(operation& one, const programs& at, const char* name, const char* title) {
  const auto found = at.find(name);
  if (found == at.end()) return;
  std::vector<std::string> command{found->second};
  if (std::strcmp(name, "go") == 0) command.emplace_back("echo");
  command.push_back(std::to_string(echo_requests));
  one.peers.push_back({title, [command] { return run_echo_peer(command); }});
}

// A process that did other things before would use its memory again, so these have their own.
constexpr const char* waiting_task = "waiting-task";
constexpr const char* idle_connection = "idle-connection";

double fresh_waiting_task() { return run_peer({"/proc/self/exe", waiting_task}); }
double fresh_idle_connection() { return run_peer({"/proc/self/exe", idle_connection}); }

std::vector<operation> operations(const programs& at) {
  operation yielding{.name = "yield and resume", .measure = weir_yield, .reach = 5};
  yielding.peers.push_back({"a bare coroutine's resume()", bare_resume});
  operation spawning{.name = "spawn and join, in batches of 100", .measure = weir_spawn_join};
  operation sending{.name = "bounded channel of 64, a message", .measure = weir_channel};
  operation calling{.name = "call_on a parked loop and back, CPU of both", .measure = weir_call_on};
  calling.peers.push_back({"two rings by hand, woken by eventfd", eventfd_round_trip});
  calling.peers.push_back({"two rings by hand, woken by MSG_RING", message_round_trip});
  operation arming{.name = "arm and cancel a timer, 200k live", .measure = weir_timer};
  operation limiting{.name = "a task under a time limit, 200k timers live",
                     .measure = weir_limited_task};
#if WEIR_BENCH_ASIO
  spawning.peers.push_back({"asio co_spawn", asio_spawn_join, 1.0 / 10});
  sending.peers.push_back({"asio experimental::channel", asio_channel, 1.0 / 8});
  arming.peers.push_back({"asio steady_timer", asio_timer, 1.0 / 3});
  limiting.peers.push_back({"asio, awaitable || steady_timer", asio_limited_task});
#endif
  add_go(yielding, at, "yield", yields);
  add_go(spawning, at, "spawn", child_batches * children_at_a_time);
  add_go(sending, at, "channel", messages);
  add_go(arming, at, "timer", armed_timers);

  operation echoing{.name = "TCP echo, CPU a request, 64 connections", .measure = weir_echo};
  echoing.peers.push_back({"an epoll loop by hand", epoll_echo, 0.9});
  echoing.peers.push_back({"an io_uring loop by hand", uring_echo});
  add_echo(echoing, at, "asio-epoll", "asio on epoll");
  add_echo(echoing, at, "asio-uring", "asio on io_uring");
  add_echo(echoing, at, "go", "Go");

  operation among{.name = "yield while 100k tasks sleep", .measure = weir_yield_among_sleepers};
  among.peers.push_back({"weir, no task sleeps", weir_yield_alone, 1.1});
  operation logging{.name = "a log line of two fields, as JSON", .measure = weir_log_line};
  logging.peers.push_back({"spdlog, as text", spdlog_line});
  return {std::move(yielding),
          std::move(spawning),
          std::move(sending),
          std::move(calling),
          std::move(arming),
          std::move(limiting),
          std::move(echoing),
          std::move(among),
          std::move(logging),
          {.name = "a log line below its level", .measure = weir_log_line_below_level, .reach = 5},
          {.name = "allocations of a request", .measure = weir_allocations, .unit = "", .reach = 0},
          {.name = "a waiting task, of 1M",
           .measure = fresh_waiting_task,
           .unit = "bytes",
           .reach = 1073},
          {.name = "an idle connection, user memory",
           .measure = fresh_idle_connection,
           .unit = "bytes",
           .reach = 1024}};
}

void append_lines(std::vector<measurement>& lines, const operation& one) {
  measurement line{
      .suite = "runtime", .name = one.name, .value = median_of(one.values), .unit = one.unit};
  if (one.reach) {
    measurement own = line;
    own.reach = one.reach;
    own.met = own.value <= *one.reach;
    lines.push_back(own);
  }
  for (const peer& other : one.peers) {
    measurement compared = line;
    compared.peer = other.name;
    compared.peer_value = median_of(other.values);
    compared.ratio = compared.value / *compared.peer_value;
    compared.reach = other.reach;
    if (other.reach) compared.met = *compared.ratio <= *other.reach;
    lines.push_back(compared);
  }
}

int run(int rounds, const programs& at) {
  auto all = operations(at);
  for (int round = 1; round <= rounds; ++round) {
    for (operation& one : all) {
      one.values.push_back(one.measure());
      for (peer& other : one.peers) other.values.push_back(other.measure());
    }
    std::printf("round %d of %d done\n", round, rounds);
    std::fflush(stdout);
  }
  std::vector<measurement> lines;
  for (const operation& one : all) append_lines(lines, one);
  print_table(lines);
  write_results(lines);
  return 0;
}

int usage() {
  std::fprintf(stderr,
               "usage: runtime-bench ROUNDS [go=PROGRAM] [asio-epoll=PROGRAM] "
               "[asio-uring=PROGRAM] (1 to %d rounds)\n",
               rounds_max);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], waiting_task) == 0) {
    return std::printf("%.1f\n", weir_waiting_task()) < 0;
  }
  if (argc == 2 && std::strcmp(argv[1], idle_connection) == 0) {
    return std::printf("%.1f\n", weir_idle_connection()) < 0;
  }
  const int rounds = argc >= 2 ? static_cast<int>(number(argv[1], rounds_max)) : 0;
  if (rounds == 0) return usage();
  programs at;
  for (int index = 2; index < argc; ++index) {
    const std::string_view argument = argv[index];
    const std::size_t sign = argument.find('=');
    if (sign == std::string_view::npos) return usage();
    at.emplace(argument.substr(0, sign), argument.substr(sign + 1));
  }
  return run_program([&] { return run(rounds, at); });
}
