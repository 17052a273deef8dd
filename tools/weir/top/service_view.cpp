// SPDX-License-Identifier: Apache-2.0
#include "service_view.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

namespace weir::top {
namespace {

/// What a counter grew by, also where it began again. No counter is below zero, whatever a page
/// says.
double growth(double before, double now) {
  return now >= before ? now - before : std::max(now, 0.0);
}

/// Two looks at one service.
class comparison {
 public:
  comparison(const scrape& before, const scrape& now, double seconds)
      : before_(before), now_(now), seconds_(std::max(seconds, 1e-3)) {}

  double rate(const std::string& name) const {
    return growth(before_.sum(name), now_.sum(name)) / seconds_;
  }

  /// Of a histogram: what was recorded between the looks.
  double mean(const std::string& name) const {
    const double count = growth(before_.sum(name + "_count"), now_.sum(name + "_count"));
    const double sum = growth(before_.sum(name + "_sum"), now_.sum(name + "_sum"));
    return count > 0 ? sum / count : 0;
  }

  /// Between two ends of buckets as Prometheus reckons: in a straight line.
  double quantile(const std::string& name, double fraction) const {
    const auto counts = buckets(name);
    if (counts.empty() || counts.rbegin()->second <= 0) return 0;
    const double wanted = fraction * counts.rbegin()->second;
    double low = 0;
    double below = 0;
    for (const auto& [end, count] : counts) {
      if (count >= wanted && count > below) {
        if (!std::isfinite(end)) return low;  // Above the last end nothing more is known.
        return low + (end - low) * (wanted - below) / (count - below);
      }
      if (std::isfinite(end)) low = end;
      below = std::max(below, count);
    }
    return low;
  }

 private:
  static void add(std::map<double, double>& to, const scrape& from, const std::string& name) {
    for (const sample& one : from.samples) {
      if (one.name != name || !std::isfinite(one.value)) continue;
      const std::string end(one.label("le"));
      char* stop = nullptr;
      const double value = std::strtod(end.c_str(), &stop);
      if (!end.empty() && stop == end.c_str() + end.size() && !std::isnan(value)) {
        to[value] += one.value;
      }
    }
  }

  std::map<double, double> buckets(const std::string& name) const {
    std::map<double, double> old;
    std::map<double, double> counts;
    add(old, before_, name + "_bucket");
    add(counts, now_, name + "_bucket");
    for (auto& [end, count] : counts) count = growth(old[end], count);
    return counts;
  }

  const scrape& before_;
  const scrape& now_;
  double seconds_;
};

constexpr double busy_loop = 0.9;
constexpr double some_pending = 100;       // fewer are gone before anybody looks
constexpr double full = 0.9;               // of the places for messages in flight
constexpr double share_of_database = 0.5;  // of the time of a handler
constexpr double share_of_pool = 0.25;
constexpr double waits_for_pool = 0.005;  // seconds
constexpr double outbox_behind = 1000;
constexpr double quick_handler = 0.005;  // seconds

/// For a service that has work waiting.
verdict judge_backlog(const service_view& of) {
  const bool is_full = of.in_flight_limit > 0 && of.in_flight >= full * of.in_flight_limit;
  if (of.pool_wait_mean > waits_for_pool && of.pool_wait_mean > share_of_pool * of.handler_mean) {
    return {stage::pool, "handlers wait for connections to PostgreSQL",
            "raise WEIR_DATABASE_CONNECTIONS, or lower what a handler does in its transaction"};
  }
  if (of.query_mean > 0 && of.query_mean > share_of_database * of.handler_mean) {
    return {stage::database, "handlers wait for PostgreSQL to run their statements",
            "look for the slowest statement (weir_postgres_query_duration_seconds), share commits "
            "by a handler that asks for weir::unit&"};
  }
  if (is_full && of.handler_mean < quick_handler) {
    return {stage::concurrency, "all places for messages in flight are taken, by quick handlers",
            "raise the handler's in_flight limit"};
  }
  if (is_full) {
    return {stage::handler, "all places for messages in flight are taken, by handlers that wait",
            "see in the traces for what they wait; raise the in_flight limit where that can take "
            "more"};
  }
  return {stage::delivery, "messages wait at the server while the service has room",
          "see whether max_ack_pending is reached ('weir consumer info'), or the network is slow"};
}

}  // namespace

service_view compare(const scrape& before, const scrape& now, double seconds) {
  const comparison both(before, now, seconds);
  service_view view;
  view.acked = both.rate("weir_messages_acked_total");
  view.failed =
      both.rate("weir_messages_nacked_total") + both.rate("weir_messages_terminated_total");
  view.redelivered = both.rate("weir_messages_redelivered_total");
  view.dead_lettered = both.rate("weir_messages_dead_lettered_total");
  view.age_p50 = both.quantile("weir_message_age_seconds", 0.5);
  view.age_p99 = both.quantile("weir_message_age_seconds", 0.99);
  view.handler_p50 = both.quantile("weir_handler_duration_seconds", 0.5);
  view.handler_p99 = both.quantile("weir_handler_duration_seconds", 0.99);
  view.handler_mean = both.mean("weir_handler_duration_seconds");
  view.query_mean = both.mean("weir_postgres_query_duration_seconds");
  view.pool_wait_mean = both.mean("weir_postgres_pool_wait_seconds");
  view.pending = now.sum("weir_consumer_pending");
  view.pending_growth =
      (view.pending - before.sum("weir_consumer_pending")) / std::max(seconds, 1e-3);
  view.ack_pending = now.sum("weir_consumer_ack_pending");
  view.in_flight = now.sum("weir_handler_inflight");
  view.in_flight_limit = now.sum("weir_handler_inflight_limit");
  view.loop_busy = now.max("weir_loop_busy_ratio");
  view.stalls = both.rate("weir_loop_stalls_total");
  view.outbox_pending = now.sum("weir_outbox_pending");
  // 0 closed, 1 open or 2 trying again: both keep messages back.
  view.has_open_circuit = now.max("weir_circuit_state") > 0;
  return view;
}

verdict judge(const service_view& of) {
  if (of.has_open_circuit) {
    return {stage::circuit, "a circuit is open: what it guards has failed too often",
            "look at the errors in the log; it tries again by itself"};
  }
  if (of.loop_busy >= busy_loop) {
    return {stage::loop, "its thread is busy all the time",
            "run more instances, for each has one loop; give weir::blocking() what computes long"};
  }
  if (of.outbox_pending >= outbox_behind) {
    return {stage::publishing, "events wait in the outbox to be published",
            "see whether a stream takes their subjects, and refuses nothing ('weir stream info')"};
  }
  if (of.pending < some_pending) return {stage::none, "it keeps up"};
  return judge_backlog(of);
}

}  // namespace weir::top
