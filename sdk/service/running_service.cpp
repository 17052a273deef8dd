// SPDX-License-Identifier: Apache-2.0
#include "running_service.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "admin.hpp"
#include "consumer.hpp"
#include "outbox_relay.hpp"
#include "responders.hpp"
#include "scheduler.hpp"
#include "server_options.hpp"
#include "service_host.hpp"
#include "service_metrics.hpp"
#include "tracing.hpp"
#include "weir/nats/connection.hpp"
#include "weir/observe/log.hpp"
#include "weir/observe/supervisor.hpp"
#include "weir/postgres/check_statements.hpp"
#include "weir/postgres/migrations.hpp"
#include "weir/print_tasks.hpp"
#include "weir/signals.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/when_any.hpp"

namespace weir::detail {
namespace {

/// What is cancelled at the end of service.drain_timeout has this long to end.
constexpr duration cancelled_grace = std::chrono::seconds(1);
constexpr duration flush_limit = std::chrono::seconds(5);
/// Between two looks at what a backlog has left.
constexpr duration done_pause_min = std::chrono::milliseconds(5);
constexpr duration done_pause_max = std::chrono::milliseconds(100);
constexpr auto reach_database = stmt<"select 1">;
constexpr backoff start_backoff =
    exponential(std::chrono::milliseconds(100), std::chrono::seconds(2)).full_jitter();

/// The signals of the process that a service has to itself.
struct process_signals {
  signal_set end{SIGTERM, SIGINT};
  signal_set look{SIGUSR1};  ///< Somebody wants to know what the service waits for.
};

/// A service while it runs: its connections, its consumers.
class running_service {
 public:
  running_service(const service& which, const service_settings& settings, run_until until,
                  service_host* host)
      : which_(which), settings_(settings), until_(until), host_(host), admin_(which, settings) {
    if (host_ != nullptr) return;
    signals_.emplace();
    tracing_.emplace(to_tracer(settings.trace, which.name()));
  }

  task<std::string> run();

 private:
  task<> start();
  task<> serve();
  task<> run_part(task<> part);
  task<> end_when_done();
  task<> drain();
  task<> join_until(time_point when);
  task<> stop();
  task<> prepare_database();
  task<> open_outbox();
  task<> catch_up();
  task<> send_late_commits();
  template <class Attempt>
  task<> when_possible(std::string_view server, Attempt attempt);
  task<> watch_signals();
  task<> watch_host();
  void open_connections();
  void tell(const nats::connection_event& event);

  const service& which_;
  const service_settings& settings_;
  const run_until until_;
  service_host* const host_;                ///< Null: the process is the service's own.
  std::optional<process_signals> signals_;  ///< Then.
  std::optional<service_tracing> tracing_;  ///< The same.
  admin admin_;
  service_statistics statistics_;
  service_metrics metrics_{which_};
  std::unique_ptr<nats::connection> connection_;
  std::unique_ptr<nats::jetstream> jetstream_;
  std::unique_ptr<postgres::pool> database_;
  std::unique_ptr<database_probe> probe_;
  std::unique_ptr<outbox_core> outbox_;
  std::unique_ptr<outbox_relay> relay_;
  scope upkeep_;
  std::vector<std::unique_ptr<consumer>> consumers_;
  std::vector<std::unique_ptr<scheduler>> schedulers_;
  std::optional<responders> responders_;
  scope running_;
  manual_reset_event must_end_;  ///< A signal came, or a part failed for good.
  bool is_done_ = false;         ///< The backlog, where that was what it ran for.
  bool outage_told_ = false;
  std::string refused_told_;  ///< The last subject that the server did not permit.
};

void running_service::tell(const nats::connection_event& event) {
  admin_.note(event);
  using kind = nats::connection_event::kind;
  switch (event.what) {
    case kind::connected:
      outage_told_ = false;
      log_info("connected to nats-server", {{"server", event.server}});
      break;
    case kind::disconnected:
    case kind::connect_failed:
      if (std::exchange(outage_told_, true)) break;  // Said once, however often it is tried.
      log_warning("no connection to nats-server, trying on",
                  {{"server", event.server}, {"why", event.reason}});
      break;
    case kind::not_permitted:
      if (is_discovery(event.subject) && which_.responders().empty()) break;  // It can be spared.
      if (std::exchange(refused_told_, event.subject) != event.subject) log_warning(event.reason);
      break;
    case kind::lame_duck:
      log_info("a nats-server is about to end", {{"server", event.server}});
      break;
  }
}

void running_service::open_connections() {
  auto wanted = to_nats(settings_.nats, which_.name());
  wanted.on_event = [this](const nats::connection_event& event) { tell(event); };
  connection_ = host_ != nullptr ? host_->connect(std::move(wanted))
                                 : std::make_unique<nats::connection>(std::move(wanted));
  jetstream_ = std::make_unique<nats::jetstream>(*connection_);
  admin_.look_at(*connection_);
  if (!wants_database(which_)) return;
  auto pooled = to_database(settings_.postgres);
  probe_ = std::make_unique<database_probe>(pooled);
  pooled.on_notice = [](std::string_view severity, std::string_view message) {
    log_info("PostgreSQL says something", {{"severity", severity}, {"said", message}});
  };
  pooled.hooks = metrics_.database_hooks();
  if (tracing_) tracing_->watch(pooled);
  database_ = std::make_unique<postgres::pool>(std::move(pooled));
  metrics_.watch(*database_);
  admin_.look_at(*database_, *probe_);
}

/// Tries until `server` lets it succeed. Says once that it waits, and for what.
template <class Attempt>
task<> running_service::when_possible(std::string_view server, Attempt attempt) {
  for (std::uint64_t failures = 1;; ++failures) {
    const auto outcome = co_await attempt().as_result();
    if (outcome.has_value()) co_return;
    if (!is_outage(outcome.error())) throw outcome.error();
    count_retry(server == "PostgreSQL" ? server_kind::postgres : server_kind::nats);
    const std::string waiting = "waiting for " + std::string(server);
    if (failures == 1) log_warning(waiting, {{"error", outcome.error()}});
    notify_supervisor("STATUS=" + waiting);
    admin_.state().starting(waiting + ": " + outcome.error().message());
    co_await sleep(start_backoff.delay(failures, loop::current().random()));
  }
}

task<> running_service::prepare_database() {
  if (which_.migrations().empty()) {
    co_await database_->exec(reach_database);
  } else {
    const auto applied = co_await postgres::migrate(*database_, which_.migrations());
    for (const auto& name : applied) log_info("applied a migration", {{"migration", name}});
  }
  co_await make_effect_tables(*database_);
  if (!which_.checks_statements()) co_return;
  const auto faults = co_await postgres::check_statements(*database_);
  if (faults.empty()) co_return;
  throw error(errc::conflict, disposition::permanent,
              "the database does not fit " + std::to_string(faults.size()) +
                  " of the program's statements; is a migration missing?\n" +
                  postgres::to_string(faults));
}

task<> running_service::start() {
  log_info("the service starts", {{"driver", loop::current().describe_driver()}});
  if (database_) co_await when_possible("PostgreSQL", [this] { return prepare_database(); });
  notify_supervisor("STATUS=waiting for nats-server");
  admin_.state().starting("waiting for nats-server");
  co_await connection_->wait_connected();
  if (database_) co_await open_outbox();
  for (const auto& one : which_.registrations()) {
    consumers_.push_back(std::make_unique<consumer>(
        one, consumer::dependencies{
                 *jetstream_, *connection_, database_.get(), outbox_.get(), probe_.get(),
                 statistics_.consumers.emplace_back(one.entry.stream, one.policy.name())}));
    consumer& next = *consumers_.back();
    co_await when_possible("JetStream", [&next] { return next.open(); });
    admin_.look_at(next);
  }
}

/// Before any message: what a crash has left unsent comes before what follows it.
task<> running_service::open_outbox() {
  outbox_ = std::make_unique<outbox_core>(*database_, *jetstream_);
  relay_ = std::make_unique<outbox_relay>(*database_, *jetstream_);
  co_await when_possible("PostgreSQL", [this] { return outbox_->open(); });
  co_await when_possible("PostgreSQL", [this] { return catch_up(); });
  if (host_ == nullptr) {
    upkeep_.spawn(relay_->run());
  } else {
    upkeep_.spawn(relay_->run([this] { return host_->wait_for_sweep(*outbox_, *database_); }));
  }
}

/// Throws where a stream is away for now. One event that its stream refuses for good must not keep
/// the service from all others.
task<> running_service::catch_up() {
  const auto obstacle = co_await relay_->catch_up();
  if (!obstacle) co_return;
  const bool is_for_now = obstacle->disposition() == disposition::retry && is_outage(*obstacle);
  if (is_for_now) throw error(*obstacle);
  log_warning("events stay in weir_outbox", {{"error", *obstacle}});
}

/// What a program stored as it was killed may have been committed after the look at the start.
task<> running_service::send_late_commits() {
  // Those who sweep and delete otherwise.
  co_await upkeep_.close();
  co_await outbox_->close();
  const auto sent = co_await with_timeout(settings_.service.drain_timeout, catch_up()).as_result();
  if (!sent) log_warning("events may stay in weir_outbox", {{"error", sent.error()}});
}

/// The service ends with each of its parts.
task<> running_service::run_part(task<> part) {
  std::exception_ptr failure;
  try {
    co_await std::move(part);
  } catch (...) {
    failure = std::current_exception();
  }
  must_end_.set();
  if (failure) std::rethrow_exception(failure);
}

/// Asks the server, since messages that others were given back are not among those here.
task<> running_service::end_when_done() {
  for (duration pause = done_pause_min;; pause = std::min(pause * 2, done_pause_max)) {
    bool is_done = true;
    for (auto& one : consumers_) {
      const auto done = co_await one->is_done().as_result();
      if (!done && done.error().is_cancelled()) throw done.error();
      is_done = is_done && done && *done;
    }
    if (is_done) break;
    co_await sleep(pause);
  }
  is_done_ = true;
  must_end_.set();
}

task<> running_service::serve() {
  const auto first = co_await when_any(start(), as_task(must_end_.wait()));
  if (first.index() != 0) co_return;  // A signal while the servers were not there yet.
  for (auto& one : consumers_) running_.spawn(run_part(one->run()));
  for (const auto& one : which_.schedules()) {
    const scheduler::dependencies on{*database_, *outbox_, *connection_};
    schedulers_.push_back(std::make_unique<scheduler>(one, on));
    running_.spawn(schedulers_.back()->run(must_end_));
  }
  // What comes after a backlog is left to others.
  if (until_ == run_until::signal && is_found(which_, host_)) {
    const responder::dependencies on{*connection_, *jetstream_, database_.get(), outbox_.get(),
                                     statistics_};
    responders_.emplace(which_, on, [this] { return admin_.facts(); });
    co_await responders_->open();
    if (!which_.responders().empty()) running_.spawn(run_part(responders_->run()));
  }
  upkeep_.spawn(metrics_.look_when_asked(*jetstream_, database_.get()));
  if (until_ == run_until::backlog_done) upkeep_.spawn(end_when_done());
  admin_.state().started();
  log_info("the service is ready");
  notify_supervisor("READY=1\nSTATUS=handling messages");
  if (host_ != nullptr) host_->on_ready();
  co_await must_end_.wait();
  co_await drain();
  if (is_done_ && relay_) co_await send_late_commits();
}

task<> running_service::watch_host() {
  co_await host_->told_to_end();
  must_end_.set();
}

task<> running_service::watch_signals() {
  co_await signals_->end.next();
  must_end_.set();
  co_await signals_->end.next();
  log_warning("second signal: exits without finishing; unfinished messages are delivered again");
  flush_log(cancelled_grace);
  std::_Exit(EXIT_FAILURE);
}

task<> running_service::drain() {
  log_info("the service drains");
  notify_supervisor("STOPPING=1");
  admin_.state().draining();
  for (auto& one : consumers_) one->stop_intake();
  const duration limit = settings_.service.drain_timeout;
  if (responders_) running_.spawn(responders_->drain(limit));
  const time_point until = saturating_add(loop::current().now(), limit);
  for (auto& one : consumers_) {
    co_await one->drain(std::max(until - loop::current().now(), duration::zero()));
  }
  co_await join_until(saturating_add(until, cancelled_grace));
  if (connection_->is_connected()) {
    // The server reads in order: once it answers, it has read every acknowledgement before.
    const auto flushed = co_await connection_->flush(flush_limit).as_result();
    if (!flushed) log_warning("last acknowledgements may be lost", {{"error", flushed.error()}});
  }
}

/// A schedule's tick may still run then: it is cancelled, and tried again by whoever runs next.
task<> running_service::join_until(time_point when) {
  const auto joined = co_await with_deadline(when, as_task(running_.join())).as_result();
  if (joined) co_return;
  if (!joined.error().is(errc::deadline_exceeded)) throw joined.error();
  log_warning("what still runs is cancelled", {{"tasks", running_.size()}});
}

task<> running_service::stop() {
  co_await admin_.let_go();
  co_await running_.close();
  if (responders_) co_await responders_->close();
  responders_.reset();
  co_await upkeep_.close();
  consumers_.clear();
  if (outbox_) co_await outbox_->close();
  jetstream_.reset();
  outage_told_ = true;  // That the connection ends now is no news.
  if (connection_) co_await connection_->close();
  if (probe_) co_await probe_->close();
  if (database_) co_await database_->close();
  co_await admin_.close();
  if (tracing_) co_await tracing_->close();
}

task<std::string> running_service::run() {
  scope watching;
  if (host_ != nullptr) {
    watching.spawn(watch_host());
  } else {
    watching.spawn(watch_signals());
    watching.spawn(print_tasks_on(signals_->look));
  }
  std::exception_ptr failure;
  try {
    admin_.open([this] { must_end_.set(); });
    open_connections();
    co_await serve();
  } catch (...) {
    failure = std::current_exception();
  }
  co_await stop();
  co_await watching.close();
  if (failure) std::rethrow_exception(failure);
  log_info("the service has drained");
  co_return statistics_.to_json(loop::current().driver().name());
}

}  // namespace

bool wants_database(const service& which) {
  if (!which.migrations().empty() || !which.schedules().empty()) return true;
  for (const auto& one : which.registrations()) {
    if (one.entry.kind != handler_kind::plain) return true;
  }
  return std::ranges::any_of(
      which.responders(), [](const service::answering& one) { return one.entry.has_transaction; });
}

task<std::string> run_service(const service& which, const service_settings& settings,
                              run_until until, service_host* host) {
  const settings_hold own(settings.own, which.own_sections());
  running_service running(which, settings, until, host);
  co_return co_await running.run();
}

}  // namespace weir::detail
