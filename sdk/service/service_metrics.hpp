// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/manual_reset_event.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/observe/gauge.hpp"
#include "weir/observe/loop_metrics.hpp"
#include "weir/observe/process_metrics.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/service/service.hpp"

namespace weir::detail {

enum class server_kind : unsigned char { nats, postgres };

/// What is tried again because a server is away.
void count_retry(server_kind of) noexcept;

/// The metrics of a running service that are none of its consumers' or responders': its loop, its
/// process, its database, its outbox, its dead letters. Makes the series of all of them, so that
/// they are there, at 0, from the start.
class service_metrics {
 public:
  explicit service_metrics(const service& which);

  /// What tells of each statement, and of each wait for a connection. This must outlive the pool.
  postgres::hooks database_hooks();
  /// From now on the pool is looked at; until this ends, or the pool closes, without a look.
  void watch(const postgres::pool& database);
  /// Has the outbox and the dead letters looked at, after each look at their metrics, for the next
  /// one. `database` is null for a service without one.
  task<> look_when_asked(nats::jetstream on, postgres::pool* database);

 private:
  class statement_durations;
  struct letters {
    std::string subject;
    std::string stream = {};  ///< Empty until it is known.
    double count = 0;
  };

  void offer(const gauge& one, const double& value);
  task<> look_at_outbox(postgres::pool& database);
  task<> look_at(letters& one, nats::jetstream& on);

  const loop_metrics loop_;
  const process_metrics process_;
  std::shared_ptr<statement_durations> statements_;
  double outbox_lag_ = 0;
  double outbox_pending_ = 0;
  std::deque<letters> letters_;
  manual_reset_event is_asked_;
  std::vector<gauge_source> gauges_;
};

}  // namespace weir::detail
