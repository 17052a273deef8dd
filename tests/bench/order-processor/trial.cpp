// SPDX-License-Identifier: Apache-2.0
#include "trial.hpp"

#include "afresh.hpp"
#include "memory_watch.hpp"
#include "orders/publish_orders.hpp"
#include "orders/service_process.hpp"
#include "orders/service_summary.hpp"
#include "orders/wait_drained.hpp"
#include "stored_times.hpp"
#include "weir/blocking.hpp"

namespace weir::bench {
namespace {

/// The fastest needs most of a second for a round, which so is known to about a hundredth; and a
/// question in 10 ms costs the server next to nothing.
constexpr std::chrono::milliseconds look_interval{10};
constexpr std::uint64_t slowest_rate = 200;  // orders a second; a slower side is taken to hang

/// The line that a peer prints.
struct peer_report {
  double cpu_us_per_event, peak_rss_kb;
};

error failed(const side& who, const std::string& what, const orders::service_process& program) {
  return error(errc::invalid_input, disposition::permanent,
               who.name + ' ' + what + ": " + program.output());
}

std::vector<std::string> command_for(const side& who, std::uint64_t orders) {
  std::vector<std::string> command = who.command;
  if (!who.is_weir) {
    command.emplace_back("--expect");
    command.push_back(std::to_string(orders));
  }
  return command;
}

/// Looks after a program that is at work.
class supervision {
 public:
  supervision(const side& who, orders::service_process& program, std::uint64_t orders)
      : who_(who), program_(program), memory_(program.pid(), orders) {}

  /// Throws when the program had ended already at the look before, with orders left.
  void look(std::uint64_t waiting) {
    if (has_ended_) throw failed(who_, "ended before its last order", program_);
    has_ended_ = !program_.is_running();
    memory_.look(waiting);
  }
  double memory_growth_kib() const { return memory_.growth_kib(); }

 private:
  const side& who_;
  orders::service_process& program_;
  memory_watch memory_;
  bool has_ended_ = false;
};

task<> wait_done(bench_place at, const side& who, std::uint64_t last_sequence, std::uint64_t orders,
                 supervision& watch) {
  orders::drained_goal goal;
  goal.last_sequence = last_sequence;
  goal.consumer = who.consumer;
  goal.limit = orders::drained_limit + std::chrono::seconds(orders / slowest_rate);
  goal.interval = look_interval;
  goal.on_progress = [&watch](std::uint64_t waiting) { watch.look(waiting); };
  co_await orders::wait_drained(at.with.jetstream, std::move(goal));
}

task<> start(orders::service_process& program) {
  program.start();
  co_await blocking([&program] { program.wait_ready(); });
}

task<> end_well(const side& who, orders::service_process& program) {
  if (who.is_weir) program.ask_to_end();
  const std::string ending = co_await blocking([&program] { return program.wait_ended(); });
  if (ending != "exit code 0") throw failed(who, "ended with " + ending, program);
}

trial_result cost_of(const side& who, const orders::service_process& ended, double events) {
  if (!who.is_weir) {
    const auto report = json::decode<peer_report>(ended.report()).value();
    return {.cpu_us_per_event = report.cpu_us_per_event, .peak_memory_kib = report.peak_rss_kb};
  }
  const auto summary = orders::summary_of(ended);
  return {.cpu_us_per_event = summary.cpu_seconds * 1e6 / events,
          .peak_memory_kib = static_cast<double>(summary.peak_memory_kib)};
}

}  // namespace

task<trial_result> run_backlog(bench_place at, side who, std::uint64_t orders) {
  co_await start_afresh(at.with);
  const auto last = co_await orders::publish_orders(at.with.jetstream, {.count = orders});
  orders::service_process program(who.name, command_for(who, orders), at.servers);
  co_await start(program);
  const auto began = loop::current().now();
  supervision watch(who, program, orders);
  co_await wait_done(at, who, last, orders, watch);
  const std::chrono::duration<double> elapsed = loop::current().now() - began;
  co_await end_well(who, program);
  co_await require_right(at.with, who, orders);
  trial_result result = cost_of(who, program, static_cast<double>(orders));
  result.events_per_second = static_cast<double>(orders) / elapsed.count();
  result.memory_growth_kib = watch.memory_growth_kib();
  co_return result;
}

task<latency> run_schedule(bench_place at, side who, std::uint64_t orders,
                           std::uint64_t orders_per_second) {
  co_await start_afresh(at.with);
  orders::service_process program(who.name, command_for(who, orders), at.servers);
  co_await start(program);
  const auto last = co_await orders::publish_orders(
      at.with.jetstream, {.count = orders, .orders_per_second = orders_per_second});
  supervision watch(who, program, orders);
  co_await wait_done(at, who, last, orders, watch);
  co_await end_well(who, program);
  co_await require_right(at.with, who, orders);
  co_return co_await read_latency(at.with.jetstream, orders);
}

task<> make_tables(bench_place at, side weir) {
  co_await orders::ensure_orders_stream(at.with.jetstream);
  orders::service_process program(weir.name, weir.command, at.servers);
  co_await start(program);
  co_await end_well(weir, program);
}

}  // namespace weir::bench
