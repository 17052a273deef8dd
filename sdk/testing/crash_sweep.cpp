// SPDX-License-Identifier: Apache-2.0
#include "weir/test/crash_sweep.hpp"

#include <fmt/format.h>

#include <csignal>
#include <stdexcept>

#include "child.hpp"
#include "disturbed_driver.hpp"
#include "running_service.hpp"
#include "weir/loop.hpp"
#include "world.hpp"

namespace weir::test {
namespace {

/// What a child runs on the servers.
using world_work = std::function<task<std::string>(world&)>;

task<std::string> run_in_world(const service_settings& servers, const world_work& work) {
  world around(servers);
  std::exception_ptr failure;
  std::string text;
  try {
    text = co_await work(around);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await around.close();
  if (failure) std::rethrow_exception(failure);
  co_return text;
}

/// One case on its servers: each step in a process of its own, so that what dies leaves nothing.
class sweep {
 public:
  sweep(const crash_case& which, const service_settings& servers,
        const crash_sweep_options& options)
      : case_(which), servers_(servers), options_(options) {}

  crash_report run() {
    prepare();
    child undisturbed(run_program(0, SIGKILL));
    if (undisturbed.wait() != child::state::done) {
      throw std::runtime_error("the undisturbed program failed: " + undisturbed.result());
    }
    report_.points = std::stoull(undisturbed.result());
    expected_ = recover(true, false);
    for (const disturbance what : options_.kinds) try_all(what);
    return report_;
  }

 private:
  void try_all(disturbance what) {
    const std::uint64_t step = what == disturbance::freeze ? options_.freeze_step : options_.step;
    const bool is_whole = what == disturbance::lose_acks;
    const std::uint64_t last = is_whole ? 1 : report_.points;
    for (std::uint64_t point = is_whole ? 1 : options_.first; point <= last; point += step) {
      if (report_.findings.size() >= options_.findings_max) return;
      ++report_.tried;
      prepare();
      const std::string found = disturb(what, point);
      if (found != expected_) report_.findings.push_back({what, point, expected_, found});
    }
  }

  /// What the program, and the one after it, have left.
  std::string disturb(disturbance what, std::uint64_t point) {
    if (what == disturbance::lose_acks) {
      child whole(run_program(0, SIGKILL));
      whole.wait();
      return recover(false, true);
    }
    child disturbed(run_program(point, what == disturbance::kill ? SIGKILL : SIGSTOP));
    const auto state = disturbed.wait();
    if (state != child::state::stopped) return recover(false, false);
    if (what == disturbance::cut_database) {
      in_world([](world& around) -> task<std::string> {
        co_await around.cut_database();
        co_return std::string();
      });
      disturbed.go_on();
      disturbed.wait();
      return recover(false, false);
    }
    const std::string meanwhile = recover(false, false);
    disturbed.go_on();
    disturbed.wait();
    // What the frozen one still did must have changed nothing.
    const std::string after = recover(true, false);
    return meanwhile == expected_ ? after : meanwhile;
  }

  void prepare() {
    in_world([this](world& around) -> task<std::string> {
      co_await around.clear();
      co_await case_.prepare(around.jetstream(), around.database());
      co_return std::string();
    });
  }

  /// Runs the program on what there is, unless `only_look`; gives what is left, or the error.
  std::string recover(bool only_look, bool acknowledged_too) {
    child after([&] {
      loop home;
      return home.run(recover_in_child(only_look, acknowledged_too));
    });
    return after.wait() == child::state::done ? after.result() : "failed: " + after.result();
  }

  task<std::string> recover_in_child(bool only_look, bool acknowledged_too) {
    const world_work again = [&](world& around) -> task<std::string> {
      co_await around.deliver_again(case_, acknowledged_too);
      co_return std::string();
    };
    const world_work look = [&](world& around) {
      return case_.look(around.jetstream(), around.database());
    };
    if (!only_look) {
      co_await run_in_world(servers_, again);
      co_await case_.program(servers_);
    }
    co_return co_await run_in_world(servers_, look);
  }

  /// The body of a child that runs the program; it gives the number of its points.
  std::function<std::string()> run_program(std::uint64_t at, int signal) const {
    return [this, at, signal] {
      auto made = std::make_unique<disturbed_driver>(at, signal);
      const disturbed_driver& driver = *made;
      loop home(std::move(made));
      home.run(case_.program(servers_));
      return std::to_string(driver.count());
    };
  }

  void in_world(const world_work& work) {
    child around([&] {
      loop home;
      return home.run(run_in_world(servers_, work));
    });
    if (around.wait() == child::state::done) return;
    throw std::runtime_error("the world around the program: " + around.result());
  }

  const crash_case& case_;
  const service_settings& servers_;
  const crash_sweep_options& options_;
  std::string expected_;
  crash_report report_;
};

std::string_view name_of(disturbance what) {
  switch (what) {
    case disturbance::kill:
      return "killed";
    case disturbance::freeze:
      return "frozen past its lease";
    case disturbance::cut_database:
      return "its database connections ended";
    case disturbance::lose_acks:
      return "its acknowledgements lost";
  }
  return "";
}

task<> run_backlog(const weir::service& app, const service_settings& servers) {
  co_await detail::run_service(app, servers, detail::run_until::backlog_done);
}

}  // namespace

crash_case crash_case_of(const weir::service& app) {
  const weir::service::registration& only = app.registrations().at(0);
  crash_case made;
  made.program = [&app](const service_settings& servers) { return run_backlog(app, servers); };
  made.stream = only.entry.stream;
  made.consumer = only.policy.name();
  return made;
}

crash_report crash_sweep(const crash_case& which, const service_settings& servers,
                         const crash_sweep_options& options) {
  return sweep(which, servers, options).run();
}

std::string to_string(const crash_report& report) {
  std::string text = fmt::format("{} points, {} runs disturbed\n", report.points, report.tried);
  for (const auto& one : report.findings) {
    text += fmt::format("{} at point {}:\n  expected {}\n  found    {}\n", name_of(one.what),
                        one.point, one.expected, one.found);
  }
  return text;
}

}  // namespace weir::test
