// SPDX-License-Identifier: Apache-2.0
// PostgreSQL is away for a while, and nothing is wrong with the orders.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "fault_case.hpp"
#include "orders.hpp"
#include "watchdog.hpp"
#include "weir/sleep.hpp"

namespace weir::test {
namespace {

constexpr std::uint64_t order_count = 2000;
constexpr std::uint64_t orders_meanwhile = 500;
constexpr std::int64_t short_outage = 12;  // Seconds: longer than the lease of a message.
// Of one processor. Some 0.3 are measured; a loop that spins takes 100.
constexpr double percent_of_time_max = 2;

/// A minute where WEIR_OUTAGE_SECONDS says so.
std::chrono::seconds outage_length() {
  const char* given = std::getenv("WEIR_OUTAGE_SECONDS");
  return std::chrono::seconds(given != nullptr ? std::stoll(given) : short_outage);
}

/// The time that a process has had of any processor, in seconds.
double processor_time(pid_t of) {
  std::ifstream file("/proc/" + std::to_string(of) + "/stat");
  std::string text;
  std::getline(file, text);
  // After the name, which may hold anything: state, ten numbers, user time, system time.
  std::istringstream rest(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int field = 0; field < 11; ++field) rest >> skipped;
  double user = 0, system = 0;
  rest >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::int64_t lines_of(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

using server_fault = void (servers::private_server::*)();

struct outage {
  server_fault begin;
  server_fault end;
};

task<> be_away(fault_case& at, orders::order_clients with, outage what) {
  const auto length = outage_length();
  allow(case_limit_with_redelivery + 2 * length);
  co_await orders::publish_orders(with.jetstream, {.count = order_count});
  at.service.start();
  co_await orders::wait_processed(with.jetstream, order_count,
                                  at.random_between(1, order_count / 2));
  co_await blocking([&] { (at.servers.postgres.*what.begin)(); });
  const auto last = co_await orders::publish_orders(
      with.jetstream, {.count = orders_meanwhile, .first = order_count});
  const double used_before = processor_time(at.service.pid());
  const std::int64_t lines_before = lines_of(at.service.output());
  const auto begun = std::chrono::steady_clock::now();
  co_await sleep(length);
  const double used = processor_time(at.service.pid()) - used_before;
  const std::int64_t lines = lines_of(at.service.output()) - lines_before;
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  INFO("away for ", seconds, " s, processor time ", used, " s, lines ", lines);
  CHECK(used < seconds * percent_of_time_max / 100);
  CHECK(static_cast<double>(lines) < seconds);

  co_await blocking([&] { (at.servers.postgres.*what.end)(); });
  co_await orders::wait_drained(with.jetstream, {.last_sequence = last});
  // Of a commit whose answer was lost the events are swept.
  co_await at.until_sent(with);
  const std::string ending = co_await blocking([&] { return at.service.terminate(); });
  INFO(at.service.output());
  CHECK(ending == "exit code 0");
  co_await at.check_handled_once(with, order_count + orders_meanwhile);
  // No delivery was burnt: each order was delivered once.
  const auto known =
      co_await with.jetstream.consumer_info(std::string(Orders::name), "order-processor");
  CHECK(known.delivered_consumer_sequence == order_count + orders_meanwhile);
  CHECK(orders::summary_of(at.service).dead_lettered == 0);
}

task<> be_killed(fault_case& at, orders::order_clients with) {
  using server = servers::private_server;
  return be_away(at, with, {&server::kill_hard, &server::start});
}

task<> stand_still(fault_case& at, orders::order_clients with) {
  using server = servers::private_server;
  return be_away(at, with, {&server::pause, &server::resume});
}

}  // namespace

TEST_SUITE("faults.database_away") {
  TEST_CASE(
      "while PostgreSQL is dead the service waits quietly, and then handles each order once") {
    fault_case at;
    play(at, be_killed);
  }

  TEST_CASE("while PostgreSQL stands still the service waits quietly, and then goes on") {
    fault_case at;
    play(at, stand_still);
  }
}

}  // namespace weir::test
