// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "bench_database.hpp"
#include "bench_driver.hpp"
#include "bench_streams.hpp"
#include "service_host.hpp"
#include "weir/config/service_settings.hpp"
#include "weir/loop.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"

namespace weir::test {

/// What is behind a weir::test::service: the loop in the bench's time, and on it the service.
class service_bench final : private weir::detail::service_host {
 public:
  service_bench(weir::service under_test, const service_options& options);
  ~service_bench();

  const weir::service& app() const noexcept { return app_; }
  bench_streams& streams() noexcept { return streams_; }
  nats::model_server& server() noexcept { return server_; }
  postgres::pool& database();
  std::string tasks() const { return home_.describe_tasks(); }
  timestamp now() const;

  /// Lets the service go on until nothing is left to do before so much time has passed.
  void settle(duration time);
  /// Runs a task of the test's to its end, at the present time.
  void run_to_end(task<> work);
  void start();
  void drain();

 private:
  /// What became of a task of the test's; shared with it, for it may outlive who waits.
  struct test_task {
    bool has_ended = false;
    std::exception_ptr failure = nullptr;
  };

  std::unique_ptr<nats::connection> connect(nats::connection_options wanted) override;
  void on_ready() override;
  task<> told_to_end() override;
  task<> wait_for_sweep(const weir::detail::outbox_core& outbox, postgres::pool& database) override;

  void pass(time_point until);
  /// Lets time pass until `done()`, or so much; gives `done()`.
  bool pass_until(duration time, const std::function<bool()>& done);
  task<> wait_for_main();
  task<> run_service();
  task<> run_test_task(task<> work, std::shared_ptr<test_task> told);
  void run_to_end_in(scope& owner, task<> work);
  void end_service();
  void close() noexcept;
  [[noreturn]] void report_hung(const std::string& what);

  const weir::service app_;
  const service_options options_;
  bench_driver* driver_;  ///< Of the loop.
  loop home_;
  nats::model_server server_;
  bench_streams streams_{server_};
  std::optional<bench_database> data_;
  std::unique_ptr<postgres::pool> database_;
  service_settings settings_ = {};
  scope running_;  ///< The service.
  scope testing_;  ///< What the test has asked for.
  scope closing_;
  manual_reset_event main_goes_on_;
  manual_reset_event must_end_;
  std::optional<bench_driver::stretch_end> stretch_ended_;
  std::optional<std::int64_t> swept_before_;  ///< No row of a smaller id is in weir_outbox.
  std::optional<timestamp> next_due_;         ///< When the first one of weir_delayed is.
  bool is_running_ = false;
  bool is_ready_ = false;
  bool has_hung_ = false;
  std::exception_ptr failure_;  ///< That has ended the service.
};

}  // namespace weir::test
