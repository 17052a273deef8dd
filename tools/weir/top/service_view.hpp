// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "metrics_text.hpp"

namespace weir::top {

/// A service between two looks at its metrics. Rates are a second; times are seconds.
struct service_view {
  double acked = 0;   ///< messages a second
  double failed = 0;  ///< nacked and terminated
  double redelivered = 0;
  double dead_lettered = 0;
  double age_p50 = 0;  ///< from publishing to the handler
  double age_p99 = 0;
  double handler_p50 = 0;
  double handler_p99 = 0;
  double handler_mean = 0;
  double query_mean = 0;
  double pool_wait_mean = 0;  ///< for a connection
  double pending = 0;         ///< not delivered yet, now
  double pending_growth = 0;  ///< a second
  double ack_pending = 0;
  double in_flight = 0;
  double in_flight_limit = 0;  ///< 0: not told
  double loop_busy = 0;        ///< 0 to 1, of the busiest loop
  double stalls = 0;           ///< a second
  double outbox_pending = 0;
  bool has_open_circuit = false;
};

/// Which stage of a service holds it back.
enum class stage : unsigned char {
  none,         ///< it keeps up
  circuit,      ///< a dependency has failed too often
  loop,         ///< its thread is busy all the time
  pool,         ///< it waits for connections to PostgreSQL
  database,     ///< its handlers wait for statements
  handler,      ///< all places are taken by handlers that wait for something else
  concurrency,  ///< its limit of messages in flight is low
  delivery,     ///< it has room, and the server gives it too little
  publishing,   ///< its outbox grows
};

struct verdict {
  stage at = stage::none;
  std::string why;
  std::string remedy = {};
};

/// What happened between two scrapes that are `seconds` apart. A counter that went back belongs to
/// a service that was started again: then it counts from zero.
service_view compare(const scrape& before, const scrape& now, double seconds);

/// The stage that holds a service back.
verdict judge(const service_view& of);

}  // namespace weir::top
