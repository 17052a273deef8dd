// SPDX-License-Identifier: Apache-2.0
#include "service_bench.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "outbox_core.hpp"
#include "running_service.hpp"
#include "weir/config/load_settings.hpp"
#include "weir/sleep.hpp"

namespace weir::test {
namespace {

/// How much of the bench's time a service has for its start: it may have to wait for what the one
/// before it had in hand.
constexpr duration start_limit = std::chrono::hours(2);
/// And for its end, where handlers have their time.
constexpr duration drain_limit = std::chrono::minutes(5);
/// As a service has it.
constexpr duration sweep_interval = std::chrono::seconds(1);
constexpr auto look_for_events = stmt<
    "select exists (select from weir_outbox) as has_some, "
    "(select min(due) from weir_delayed) as next_due",
    postgres::statement_kind::write, "weir_test_look_for_events">;

struct stored_events {
  bool has_some;
  std::optional<timestamp> next_due;
};

/// What the model is called in log lines.
constexpr const char* model_url = "nats://model";
constexpr std::size_t test_connections = 2;

std::unique_ptr<bench_driver> make_driver(const service_options& options, bench_driver*& made) {
  auto driver = std::make_unique<bench_driver>(options.seed, options.start);
  made = driver.get();
  return driver;
}

}  // namespace

service_bench::service_bench(weir::service under_test, const service_options& options)
    : app_(std::move(under_test)),
      options_(options),
      home_(make_driver(options, driver_)),
      server_(nats::model_options{.seed = options.seed}) {
  settings_ =
      load_settings({.service = app_.name(), .text = options.config}, {}, app_.own_sections());
  settings_.nats.url = model_url;
  if (weir::detail::wants_database(app_)) {
    data_.emplace();
    data_->set_clock(options.start);
    driver_->on_time([this](std::chrono::system_clock::time_point now) { data_->set_clock(now); });
    driver_->on_silence([this] { return data_->waits_for_locks(); });
    settings_.postgres.url = data_->conninfo();
    postgres::pool_options for_test;
    for_test.conninfo = data_->conninfo();
    for_test.max_connections = test_connections;
    database_ = std::make_unique<postgres::pool>(std::move(for_test));
  }
  streams_.make_for(app_);
  try {
    start();
  } catch (...) {
    close();
    throw;
  }
}

service_bench::~service_bench() { close(); }

postgres::pool& service_bench::database() {
  if (database_) return *database_;
  throw error(errc::invalid_argument, disposition::permanent,
              "service '" + app_.name() +
                  "' has no database, and so its bench has none: none of its handlers asks for "
                  "one, and it has no migrations");
}

timestamp service_bench::now() const {
  return std::chrono::floor<std::chrono::microseconds>(driver_->wall_clock());
}

std::unique_ptr<nats::connection> service_bench::connect(nats::connection_options wanted) {
  return std::make_unique<nats::connection>(server_, std::move(wanted));
}

void service_bench::on_ready() {
  is_ready_ = true;
  main_goes_on_.set();
}

task<> service_bench::told_to_end() { co_await must_end_.wait(); }

/// A sweep is a transaction, and each second one would make a day of the bench long: it is left out
/// while nothing can be there.
task<> service_bench::wait_for_sweep(const weir::detail::outbox_core& outbox,
                                     postgres::pool& database) {
  for (;;) {
    co_await sleep(sweep_interval);
    const std::int64_t next = outbox.next_id();
    const auto now = loop::current().driver().wall_clock();
    const bool is_due = next_due_ && *next_due_ <= now;
    if (swept_before_ == next && !is_due) continue;
    const auto stored = co_await database.one<stored_events>(look_for_events).as_result();
    if (!stored || stored->has_some) co_return;  // What is wrong with the database, a sweep tells.
    next_due_ = stored->next_due;
    if (next_due_ && *next_due_ <= now) co_return;
    swept_before_ = next;
  }
}

task<> service_bench::run_service() {
  try {
    co_await weir::detail::run_service(app_, settings_, weir::detail::run_until::signal, this);
  } catch (...) {
    failure_ = std::current_exception();
  }
  is_running_ = false;
  main_goes_on_.set();
}

task<> service_bench::run_test_task(task<> work, std::shared_ptr<test_task> told) {
  try {
    co_await std::move(work);
  } catch (...) {
    told->failure = std::current_exception();
  }
  told->has_ended = true;
  main_goes_on_.set();
}

task<> service_bench::wait_for_main() { co_await main_goes_on_.wait(); }

/// Runs the loop until somebody wants the test to go on, or nothing is to be done before `until`.
void service_bench::pass(time_point until) {
  stretch_ended_.reset();
  main_goes_on_.reset();
  driver_->begin_stretch(until, options_.patience, [this](bench_driver::stretch_end how) {
    stretch_ended_ = how;
    main_goes_on_.set();
  });
  home_.run(wait_for_main());
  driver_->end_stretch();
  if (stretch_ended_ != bench_driver::stretch_end::stuck) return;
  const auto patience = std::chrono::duration<double>(options_.patience).count();
  report_hung(
      fmt::format("something is under way for {:g} s without an end, while the bench's "
                  "clock stands still: it hangs, or goes round for ever",
                  patience));
}

bool service_bench::pass_until(duration time, const std::function<bool()>& done) {
  const time_point until = saturating_add(driver_->now(), time);
  for (stretch_ended_.reset(); !done() && !stretch_ended_;) pass(until);
  return done();
}

void service_bench::report_hung(const std::string& what) {
  has_hung_ = true;
  throw error(errc::deadlock, disposition::permanent,
              what + ". These are the tasks, and where they wait:\n" + tasks());
}

void service_bench::settle(duration time) {
  const auto has_failed = [this] { return failure_ != nullptr; };
  // The test learns once that the service has ended by itself.
  if (pass_until(time, has_failed)) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void service_bench::run_to_end(task<> work) { run_to_end_in(testing_, std::move(work)); }

void service_bench::run_to_end_in(scope& owner, task<> work) {
  const auto told = std::make_shared<test_task>();
  owner.spawn(run_test_task(std::move(work), told));
  if (!pass_until(duration::zero(), [&told] { return told->has_ended; })) {
    report_hung(
        "a task that the test runs has not ended, and nothing is left to do now: what it "
        "waits for does not come before time passes, if ever");
  }
  if (told->failure) std::rethrow_exception(told->failure);
}

void service_bench::start() {
  must_end_.reset();
  swept_before_.reset();
  is_ready_ = false;
  is_running_ = true;
  running_.spawn(run_service());
  pass_until(start_limit, [this] { return is_ready_ || !is_running_; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  if (!is_ready_) report_hung("service '" + app_.name() + "' does not start");
  settle(duration::zero());
}

void service_bench::drain() {
  if (!is_running_) return;
  must_end_.set();
  if (!pass_until(drain_limit, [this] { return !is_running_; })) {
    report_hung("service '" + app_.name() + "' does not drain");
  }
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

/// In order where it can be, else by cancelling everything.
void service_bench::end_service() {
  try {
    if (!has_hung_) drain();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
  }
  running_.request_stop();
  testing_.request_stop();
  const auto is_over = [this] { return running_.size() == 0 && testing_.size() == 0; };
  if (!pass_until(drain_limit, is_over)) report_hung("something cannot be cancelled");
}

void service_bench::close() noexcept {
  try {
    end_service();
    if (database_) run_to_end_in(closing_, database_->close());
  } catch (const std::exception& failure) {
    // Frames of tasks that have not ended cannot be thrown away.
    std::fprintf(stderr, "the end of the bench of '%s': %s\n", app_.name().c_str(), failure.what());
    std::abort();
  }
}

}  // namespace weir::test
