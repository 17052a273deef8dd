// SPDX-License-Identifier: Apache-2.0
// nats-soak: publishes and consumes many messages through faults, and tells what became of them.
#include <CLI/CLI.hpp>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <map>

#include "progress_line.hpp"
#include "soak.hpp"
#include "weir/loop.hpp"
#include "weir/print_tasks.hpp"

namespace {

using namespace weir::soak;

constexpr std::uint64_t messages_max = 1'000'000'000;
constexpr int exit_lost = 1;
constexpr int exit_usage = 2;
constexpr int exit_failed = 3;

constexpr const char* description =
    "Publishes and consumes messages over one connection to a private nats-server, which is "
    "killed,\n"
    "stopped and restarted meanwhile, and prints what became of them.\n"
    "Exits 0 when every message was confirmed and handled, 1 when one was lost, 3 when nothing "
    "came\n"
    "any more.";

void print_line(const char* what, std::uint64_t count) {
  std::printf("  %-44s %12" PRIu64 "\n", what, count);
}

/// Shows how far it is: on a terminal all the time, and everywhere a line for each tenth.
class progress {
 public:
  explicit progress(std::uint64_t messages) : messages_(messages) {
    std::printf("  messages handled      memory        peak\n");
    std::fflush(stdout);
    line_.show("starting nats-server");
  }

  void show(std::uint64_t handled) {
    if (handled * 10 / messages_ > tenths_) {
      tenths_ = handled * 10 / messages_;
      line_.clear();
      const memory now = memory_now();
      std::printf("  %16" PRIu64 " %7.1f MiB %7.1f MiB\n", handled,
                  static_cast<double>(now.resident_kib) / 1024,
                  static_cast<double>(now.peak_kib) / 1024);
      std::fflush(stdout);
    }
    line_.show("handling messages:", handled, messages_);
  }
  void end() { line_.clear(); }

 private:
  const std::uint64_t messages_;
  std::uint64_t tenths_ = 0;
  weir::tools::progress_line line_;
};

void print(const soak_result& result) {
  const account& of = result.of;
  std::printf("\n");
  print_line("publications confirmed", of.confirmed.size());
  print_line("messages handled at least once", of.handled.size());
  print_line("lost (confirmed and never handled)", of.lost());
  print_line("handled again", of.redelivered);
  print_line("acknowledged with ack_sync, confirmed", of.acknowledged.size());
  print_line("of those, delivered again by the server", of.acknowledged_and_redelivered);
  print_line("publications that passed their deadline", of.given_up);
  print_line("connections made again", result.reconnects);
  std::printf("\n");
  for (std::size_t kind = 0; kind < fault_kinds; ++kind) {
    const std::string_view name = name_of(static_cast<fault>(kind));
    print_line(("fault: " + std::string(name)).c_str(), result.faults[kind]);
  }
  std::printf("\n  %-44s %12.0f\n", "messages a second, faults included",
              static_cast<double>(of.handled.size()) / result.seconds);
  std::printf("  %-44s %12.1f\n", "seconds", result.seconds);
  std::printf("  %-44s %12s\n", "nats-server", result.server_version.c_str());
}

/// SIGUSR1 prints the tasks meanwhile.
weir::task<soak_result> run_watched(soak_options options, weir::signal_set& look) {
  weir::scope beside;
  beside.spawn(weir::print_tasks_on(look));
  auto result = co_await run_soak(std::move(options)).as_result();
  co_await beside.close();
  co_return std::move(result).value();
}

int run(soak_options options) {
  progress shown(options.messages);
  options.on_progress = [&shown](std::uint64_t handled) { shown.show(handled); };
  weir::signal_set look({SIGUSR1});
  const soak_result result = weir::loop().run(run_watched(options, look));
  shown.end();
  print(result);
  if (result.is_right()) {
    std::printf("\nNothing was lost.\n");
    return 0;
  }
  std::printf("\nWRONG: messages were lost, or never confirmed (seed %" PRIu64 ").\n",
              options.seed);
  return exit_lost;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App command_line(description, "tools/soak");
  soak_options options;
  std::int64_t fault_every_ms = 10'000;
  command_line.add_option("--messages", options.messages, "how many messages to publish")
      ->check(CLI::Range(std::uint64_t{1}, messages_max))
      ->capture_default_str();
  const std::map<std::string, std::int64_t> units{{"ms", 1}, {"s", 1000}, {"min", 60'000}};
  command_line
      .add_option("--fault-every", fault_every_ms,
                  "from one fault to the next: 10s, 500ms; 0ms: none")
      ->transform(CLI::AsNumberWithUnit(units))
      ->default_str("10s");
  command_line.add_option("--seed", options.seed, "of the order of the faults")
      ->capture_default_str();
  try {
    command_line.parse(argc, argv);
  } catch (const CLI::ParseError& ending) {
    return command_line.exit(ending) == 0 ? 0 : exit_usage;  // --help is an ending, too.
  }
  options.fault_every = std::chrono::milliseconds(fault_every_ms);
  try {
    return run(options);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "error: %s\n", failure.what());
    return exit_failed;
  }
}
