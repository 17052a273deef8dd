// SPDX-License-Identifier: Apache-2.0
// What a log line costs: to make it, to keep it and to write it, into nothing.
#include <fcntl.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>

#include "cpu_time.hpp"
#include "log_core.hpp"
#include "operations.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"

namespace weir::bench {
namespace {

constexpr const char* nowhere = "/dev/null";
// As a busy service logs, of many places, none of which is limited.
constexpr unsigned lines_at_a_time = 1000;
constexpr unsigned places = 1000;
constexpr std::string_view order_id = "0191f3a2-7c1e-7b60-9d4b-3f1f6f1c2a77";

task<double> log_often(detail::log_core& core) {
  scope writing;
  writing.spawn(detail::write_log_of(core));
  const double start = thread_cpu_ns();
  for (unsigned line = 0; line < log_lines;) {
    for (const unsigned until = line + lines_at_a_time; line < until; ++line) {
      const std::array<log_field, 2> fields{log_field("order_id", order_id),
                                            log_field("amount_cents", line)};
      core.write({.time = {},
                  .text = "order stored",
                  .fields = fields,
                  .site = {"here.cpp", 1 + line % places}});
    }
    co_await sleep(std::chrono::milliseconds(1));
  }
  const double spent = thread_cpu_ns() - start;
  co_await writing.close();
  co_return spent / log_lines;
}

}  // namespace

double weir_log_line() {
  const file_descriptor into(::open(nowhere, O_WRONLY | O_CLOEXEC));
  detail::log_core core(into.get());
  loop home;
  return home.run(log_often(core));
}

double spdlog_line() {
  spdlog::logger log("peer", std::make_shared<spdlog::sinks::basic_file_sink_st>(nowhere));
  const double start = thread_cpu_ns();
  for (unsigned line = 0; line < log_lines; ++line) {
    log.info("order stored order_id={} amount_cents={}", order_id, line);
    if (line % lines_at_a_time == 0) log.flush();
  }
  return (thread_cpu_ns() - start) / log_lines;
}

double weir_log_line_below_level() {
  set_log_level(log_level::info);
  const double start = thread_cpu_ns();
  for (unsigned line = 0; line < quiet_lines; ++line) {
    log_debug("order stored", {{"order_id", order_id}, {"amount_cents", line}});
  }
  return (thread_cpu_ns() - start) / quiet_lines;
}

}  // namespace weir::bench
