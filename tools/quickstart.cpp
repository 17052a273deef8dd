// SPDX-License-Identifier: Apache-2.0
// weir-quickstart: shows weir at work.
//
// Starts a private nats-server and PostgreSQL, publishes orders, lets the order-processor take
// them, stops it, and checks order by order what came of them. The servers and the service run
// under guards, which stop them and remove their files however this program ends.
#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "orders/check_orders.hpp"
#include "orders/order_clients.hpp"
#include "orders/publish_orders.hpp"
#include "orders/service_process.hpp"
#include "orders/service_summary.hpp"
#include "orders/wait_drained.hpp"
#include "progress_line.hpp"
#include "weir/blocking.hpp"
#include "weir/event/json.hpp"

namespace {

using weir::orders::order_clients;
using weir::orders::order_servers;
using weir::orders::service_process;

constexpr std::uint64_t orders_default = 20'000;
constexpr std::uint64_t orders_max = 10'000'000;
constexpr const char* result_file = "build/quickstart.json";  // tools/quickstart starts us in root

constexpr int exit_wrong_orders = 1;
constexpr int exit_usage = 2;
constexpr int exit_failed = 3;

constexpr const char* description =
    "Starts a private nats-server and PostgreSQL, publishes orders, runs the order-processor on\n"
    "them, and shows what came of it; build/quickstart.json holds the same.\n"
    "Exits 0 when every order was handled exactly once, 1 when not.";

/// What quickstart finds out; the fields of build/quickstart.json.
struct quickstart_result {
  std::uint64_t published = 0;
  std::uint64_t rows = 0;
  std::uint64_t processed_events = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicates = 0;
  double events_per_second = 0;  // from "ready" to the last acknowledgement
  double cpu_us_per_event = 0;   // of the service, its start included
  std::int64_t peak_memory_kib = 0;
  std::string driver;
  std::string nats_server_version;
  std::string postgres_version;

  bool is_right(std::uint64_t orders) const {
    return published == orders && rows == orders && processed_events == orders && lost == 0 &&
           duplicates == 0;
  }
};

/// The steps of a quickstart, on running servers.
class quickstart {
 public:
  quickstart(std::uint64_t orders, const order_servers& servers,
             weir::tools::progress_line& progress)
      : orders_(orders), servers_(servers), progress_(progress), service_(servers) {}

  weir::task<> run(order_clients with) {
    const std::uint64_t last_sequence = co_await publish(with.jetstream);
    co_await process(with.jetstream, last_sequence);
    co_await check(with);
  }

  const quickstart_result& result() const { return result_; }

 private:
  weir::task<std::uint64_t> publish(weir::nats::jetstream& jetstream) {
    co_return co_await weir::orders::publish_orders(
        jetstream, {.count = orders_, .on_progress = [this](std::uint64_t confirmed) {
                      progress_.show("publishing orders:", confirmed, orders_);
                    }});
  }

  weir::task<> process(weir::nats::jetstream& jetstream, std::uint64_t last_sequence) {
    progress_.show("starting the order-processor");
    service_.start();
    co_await weir::blocking([this] { service_.wait_ready(); });
    const auto start = weir::loop::current().now();
    co_await weir::orders::wait_drained(
        jetstream, {.last_sequence = last_sequence, .on_progress = [this](std::uint64_t waiting) {
                      progress_.show("handling orders:", orders_ - std::min(waiting, orders_),
                                     orders_);
                    }});
    const std::chrono::duration<double> elapsed = weir::loop::current().now() - start;
    progress_.show("stopping the order-processor");
    const std::string ending = co_await weir::blocking([this] { return service_.terminate(); });
    if (ending != "exit code 0") {
      throw weir::error(weir::errc::invalid_input, weir::disposition::permanent,
                        "the order-processor ended with " + ending + ": " + service_.output());
    }
    const auto summary = weir::orders::summary_of(service_);
    const auto events = static_cast<double>(orders_);
    result_.events_per_second = events / elapsed.count();
    result_.cpu_us_per_event = summary.cpu_seconds * 1e6 / events;
    result_.peak_memory_kib = summary.peak_memory_kib;
    result_.driver = summary.driver;
  }

  weir::task<> check(order_clients with) {
    progress_.show("checking every order");
    const auto outcome =
        co_await weir::orders::check_orders(with.jetstream, with.database, orders_);
    result_.published = outcome.published;
    result_.rows = outcome.rows;
    result_.processed_events = outcome.processed_events;
    result_.lost = outcome.lost;
    result_.duplicates = outcome.duplicates;
    result_.nats_server_version = servers_.nats.version();
    result_.postgres_version = servers_.postgres.version();
  }

  std::uint64_t orders_;
  const order_servers& servers_;
  weir::tools::progress_line& progress_;
  service_process service_;
  quickstart_result result_;
};

void print_table(const quickstart_result& of) {
  std::printf("\n");
  std::printf("  orders published to NATS JetStream   %12" PRIu64 "\n", of.published);
  std::printf("  rows in PostgreSQL                   %12" PRIu64 "\n", of.rows);
  std::printf("  orders.processed in JetStream        %12" PRIu64 "\n", of.processed_events);
  std::printf("  orders lost                          %12" PRIu64 "\n", of.lost);
  std::printf("  orders.processed more than once      %12" PRIu64 "\n", of.duplicates);
  std::printf("\n");
  std::printf("  orders handled a second              %12.0f\n", of.events_per_second);
  std::printf("  CPU time of the service an order     %9.1f us\n", of.cpu_us_per_event);
  std::printf("  peak memory of the service           %8.1f MiB\n",
              static_cast<double>(of.peak_memory_kib) / 1024);
  std::printf("\n");
  std::printf("  weir's driver                        %12s\n", of.driver.c_str());
  std::printf("  nats-server                          %12s\n", of.nats_server_version.c_str());
  std::printf("  PostgreSQL                           %12s\n", of.postgres_version.c_str());
  std::printf("\n");
}

void write_result(const quickstart_result& result) {
  std::filesystem::create_directories(std::filesystem::path(result_file).parent_path());
  std::ofstream out(result_file, std::ios::trunc);
  out << weir::json::encode(result) << '\n';
  out.close();
  if (!out) throw std::runtime_error(std::string("cannot write \"") + result_file + '"');
}

int run(std::uint64_t orders) {
  weir::tools::progress_line progress;
  progress.show("starting nats-server and PostgreSQL");
  order_servers servers;
  servers.start();
  quickstart steps(orders, servers, progress);
  weir::orders::run_with_clients(servers, [&](order_clients with) { return steps.run(with); });
  const quickstart_result& result = steps.result();
  progress.clear();
  write_result(result);
  print_table(result);
  if (result.is_right(orders)) {
    std::printf("Every order was stored once, and its event published once.\n");
    return 0;
  }
  std::printf("WRONG: not every order was handled exactly once.\n");
  return exit_wrong_orders;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App command_line(description, "tools/quickstart");
  std::uint64_t orders = orders_default;
  command_line.add_option("--orders", orders, "how many orders to publish")
      ->check(CLI::Range(std::uint64_t{1}, orders_max))
      ->capture_default_str();
  try {
    command_line.parse(argc, argv);
  } catch (const CLI::ParseError& ending) {
    return command_line.exit(ending) == 0 ? 0 : exit_usage;  // --help is an ending, too.
  }
  try {
    return run(orders);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "error: %s\n", failure.what());
    return exit_failed;
  }
}
