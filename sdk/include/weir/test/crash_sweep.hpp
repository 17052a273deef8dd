// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "weir/config/service_settings.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/task.hpp"

namespace weir {
class service;
}

/// Proof that a program's effects are there once: it is stopped at every point at which one of its
/// tasks goes on, and what it leaves is compared with what it leaves undisturbed.
///
///     weir::test::crash_case orders = weir::test::crash_case_of(app);
///     orders.prepare = publish_one_order;
///     orders.look = read_orders;
///     const auto report = weir::test::crash_sweep(orders, servers);
///     CHECK_MESSAGE(report.findings.empty(), weir::test::to_string(report));
namespace weir::test {

/// What is done to the program at a point.
enum class disturbance : unsigned char {
  kill,    ///< It dies, as by SIGKILL; another one is started.
  freeze,  ///< It stands still until its messages were given to another one, and goes on then.
  cut_database,  ///< The server ends all its connections to the database.
  lose_acks,     ///< It ends well, and its messages are delivered again all the same.
};

/// A program and its world.
struct crash_case {
  using world_task = std::function<task<>(nats::jetstream&, postgres::pool&)>;

  /// Runs the program until all its messages are settled.
  std::function<task<>(const service_settings&)> program;
  /// Its durable consumer.
  std::string stream;
  std::string consumer;
  /// Makes the streams and tables that the program needs, and publishes its messages. The servers
  /// are empty when it is called.
  world_task prepare;
  /// Says what the program has left: equal texts for equal effects.
  std::function<task<std::string>(nats::jetstream&, postgres::pool&)> look;
};

/// The case of a service with one handler; `prepare` and `look` are still to be said. The service
/// must outlive it.
crash_case crash_case_of(const weir::service& app);

struct crash_sweep_options {
  std::vector<disturbance> kinds = {disturbance::lose_acks, disturbance::kill,
                                    disturbance::cut_database, disturbance::freeze};
  /// How many findings end the sweep.
  std::size_t findings_max = 1;
  /// Every so many-th point is tried, from `first` on: with another `first` each time, a suite that
  /// has no time for all of them sees them all in the end.
  std::uint64_t first = 1;
  std::uint64_t step = 1;
  /// The same of `freeze`, which takes an ack_wait each time.
  std::uint64_t freeze_step = 16;
};

/// A point at which the effects were not those of an undisturbed run.
struct crash_finding {
  disturbance what;
  std::uint64_t point;  ///< Tasks had gone on so often.
  std::string expected;
  std::string found;  ///< Or the error of the program that was started afterwards.
};

struct crash_report {
  std::uint64_t points = 0;  ///< Of an undisturbed run.
  std::uint64_t tried = 0;   ///< Runs that were disturbed.
  std::vector<crash_finding> findings;
};

/// Runs the program undisturbed, and then again and again with a disturbance at each point.
///
/// `servers` must be private ones: each run begins by deleting all their streams, and the schema
/// `public` of the database. Everything runs in child processes; call it from a process without
/// loops of its own. The programs' order of tasks is their own, so two runs may differ in what
/// happens at a point. Throws std::runtime_error where the undisturbed run fails.
crash_report crash_sweep(const crash_case& which, const service_settings& servers,
                         const crash_sweep_options& options = {});

std::string to_string(const crash_report& report);

}  // namespace weir::test
