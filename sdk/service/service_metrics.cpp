// SPDX-License-Identifier: Apache-2.0
#include "service_metrics.hpp"

#include <algorithm>
#include <unordered_map>

#include "running_service.hpp"
#include "service_families.hpp"
#include "statistics.hpp"
#include "weir/observe/detail/dropped.hpp"
#include "weir/postgres/detail/registry.hpp"

namespace weir::detail {
namespace {

constexpr std::string_view outbox_name = "weir_outbox";
/// What stands for all statements without a name.
constexpr std::string_view unnamed = "unnamed";

/// Reads no more of the table than it says, which after an outage may be long; the oldest rows
/// stand in front, or nearly so.
struct outbox_standing {
  std::int64_t pending;
  double lag;
};
constexpr auto look_at_rows = stmt<
    "select count(*) as pending, "
    "coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8 as lag "
    "from (select created_at from weir_outbox limit 100000) as some_rows",
    postgres::statement_kind::read, "weir_outbox_look">;

std::string_view name_of(const postgres::statement_report& one) {
  if (!one.name.empty()) return one.name;
  for (const std::string_view control : {"begin", "commit", "rollback"}) {
    if (one.sql.starts_with(control)) return control;
  }
  return unnamed;
}

/// The series of the handlers of a service, which their owners count in later.
void make_series(const service& which) {
  const service_families& all = metrics_of_services();
  for (const auto& one : which.registrations()) {
    const std::string_view name = one.policy.name();
    const consumer_statistics none(one.entry.stream, name);
    for (const auto* gauges : {&all.inflight, &all.inflight_limit}) gauges->with({name});
    for (const auto* gauges : {&all.pending, &all.ack_pending}) {
      gauges->with({one.entry.stream, name});
    }
  }
  for (const auto& one : which.responders()) {
    const responder_statistics none(one.policy.name());
  }
  for (const auto& one : which.schedules()) const handler_durations none(one.when.name());
}

}  // namespace

/// The durations of statements, by their names.
class service_metrics::statement_durations {
 public:
  statement_durations() {
    for (const std::string_view name : {"begin", "commit", "rollback", "unnamed"}) of(name);
    using use = postgres::detail::statement_use;
    for (const use* one = use::newest(); one != nullptr; one = one->next()) {
      if (!one->shape().name.empty()) of(one->shape().name);
    }
  }

  const histogram_metric& of(std::string_view name) {
    const auto known = by_name_.find(name);
    if (known != by_name_.end()) return known->second;
    const histogram_metric made = metrics_of_services().query_duration.with({name});
    return by_name_.emplace(name, made).first->second;
  }

 private:
  struct text_hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, histogram_metric, text_hash, std::equal_to<>> by_name_;
};

void count_retry(server_kind of) noexcept {
  static const counter nats = metrics_of_services().retry.with({"nats"});
  static const counter postgres = metrics_of_services().retry.with({"postgres"});
  (of == server_kind::nats ? nats : postgres).add();
}

service_metrics::service_metrics(const service& which) {
  const service_families& all = metrics_of_services();
  all.build.with({which.name(), WEIR_VERSION}).set(1);
  make_series(which);
  (void)log_lines_dropped();
  (void)trace_spans_dropped();
  all.retry.with({"nats"});
  for (const auto& one : which.registrations()) {
    const std::string& subject = one.policy.dead_letter();
    const bool is_known = std::ranges::find(letters_, subject, &letters::subject) != letters_.end();
    if (subject.empty() || is_known) continue;
    offer(all.dead_letters.with({subject}), letters_.emplace_back(subject).count);
  }
  if (!wants_database(which)) return;
  all.retry.with({"postgres"});
  statements_ = std::make_shared<statement_durations>();
  offer(all.outbox_lag.with({outbox_name}), outbox_lag_);
  offer(all.outbox_pending.with({outbox_name}), outbox_pending_);
}

/// What is known of the last look, and another one.
void service_metrics::offer(const gauge& one, const double& value) {
  gauges_.emplace_back(one, [this, &value] {
    is_asked_.set();
    return value;
  });
}

postgres::hooks service_metrics::database_hooks() {
  postgres::hooks told;
  told.on_statement = [all = statements_](const postgres::statement_report& one) {
    all->of(name_of(one)).record(one.took);
  };
  told.on_acquire = [](const postgres::acquire_report& one) {
    metrics_of_services().pool_wait.record(one.waited);
  };
  return told;
}

void service_metrics::watch(const postgres::pool& database) {
  gauges_.emplace_back(metrics_of_services().pool_in_use, [&database] {
    const postgres::pool_stats now = database.stats();
    return static_cast<double>(now.connections - now.idle);
  });
}

task<> service_metrics::look_when_asked(nats::jetstream on, postgres::pool* database) {
  for (;;) {
    co_await is_asked_.wait();
    is_asked_.reset();
    if (database != nullptr) co_await look_at_outbox(*database);
    for (letters& one : letters_) co_await look_at(one, on);
  }
}

/// Where a server is away, what was known stays.
task<> service_metrics::look_at_outbox(postgres::pool& database) {
  const auto now = co_await database.one<outbox_standing>(look_at_rows).as_result();
  if (now) {
    outbox_pending_ = static_cast<double>(now->pending);
    outbox_lag_ = now->lag;
  } else if (now.error().is_cancelled()) {
    throw now.error();
  }
}

task<> service_metrics::look_at(letters& one, nats::jetstream& on) {
  if (one.stream.empty()) {
    auto takers = on.stream_names(one.subject);
    auto taker = co_await takers.next().as_result();
    if (!taker && taker.error().is_cancelled()) throw taker.error();
    if (taker && *taker) one.stream = **taker;
  }
  if (one.stream.empty()) co_return;
  const auto now = co_await on.stream_info(one.stream).as_result();
  if (now) {
    one.count = static_cast<double>(now->messages);
  } else if (now.error().is_cancelled()) {
    throw now.error();
  } else if (now.error().is(errc::not_found)) {
    one.stream.clear();
  }
}

}  // namespace weir::detail
