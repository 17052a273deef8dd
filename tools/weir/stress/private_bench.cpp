// SPDX-License-Identifier: Apache-2.0
#include "private_bench.hpp"

#include <csignal>

#include "dev/run_service.hpp"
#include "http_get.hpp"
#include "printable.hpp"
#include "servers/loopback_port.hpp"
#include "weir/blocking.hpp"
#include "weir/error.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::tools {
namespace {

constexpr std::size_t lines_kept = 20;
constexpr auto look_interval = std::chrono::milliseconds(20);
constexpr auto look_limit = std::chrono::seconds(1);

std::filesystem::path checked(const std::filesystem::path& program) {
  std::error_code none;
  const bool is_file = std::filesystem::is_regular_file(program, none);
  if (is_file) return std::filesystem::absolute(program);
  throw error(errc::invalid_argument, disposition::permanent,
              "there is no program '" + program.string() + "' to be the service");
}

}  // namespace

private_bench::private_bench(const std::filesystem::path& program)
    : program_path_(checked(program)), service_("stress", [this](std::string_view line) {
        last_lines_.push_back(printable(line));
        if (last_lines_.size() > lines_kept) last_lines_.pop_front();
      }) {
  nats_.start();
  postgres_.start();
  around_ = {.nats_url = nats_.url(),
             .database_url = postgres_.conninfo(),
             .admin_address = "127.0.0.1:" + std::to_string(servers::free_loopback_port())};
}

void private_bench::run_service() {
  auto command = dev::settings_for(around_);
  command.push_back(program_path_.string());
  service_.start(command, std::filesystem::current_path());
}

task<> private_bench::start_service() {
  run_service();
  co_await with_timeout(ready_limit, wait_ready());
}

task<> private_bench::wait_ready() {
  const std::string page = "http://" + around_.admin_address + "/readyz";
  for (;;) {
    const auto ready = co_await http_get(page, look_limit).as_result();
    if (ready.has_value()) co_return;
    if (ready.error().is_cancelled()) throw ready.error();
    co_await fail_if_ended();
    co_await sleep(look_interval);
  }
}

task<> private_bench::fail_if_ended() {
  if (service_.is_running()) co_return;
  const std::string ended = co_await service_.wait_ended();
  std::string text = program_path_.filename().string() + " ended by itself, with " + ended;
  for (const std::string& line : last_lines_) text += "\n  " + line;
  throw error(errc::unavailable, disposition::permanent, text);
}

task<> private_bench::inject(fault what) {
  switch (what.target) {
    case fault::targets::nats:
      co_await shield(inject_into_server(nats_, what));
      break;
    case fault::targets::postgres:
      co_await shield(inject_into_server(postgres_, what));
      break;
    case fault::targets::service:
      co_await shield(inject_into_service(what));
      break;
  }
}

task<> private_bench::inject_into_server(servers::private_server& which, fault what) {
  const bool kills = what.act == fault::acts::kill;
  co_await blocking([&which, kills] { kills ? which.kill_hard() : which.pause(); });
  co_await sleep(what.lasts);
  co_await blocking([&which, kills] { kills ? which.start() : which.resume(); });
}

task<> private_bench::inject_into_service(fault what) {
  const bool kills = what.act == fault::acts::kill;
  co_await fail_if_ended();
  service_.signal(kills ? SIGKILL : SIGSTOP);
  if (kills) static_cast<void>(co_await service_.wait_ended());
  co_await sleep(what.lasts);
  if (kills) {
    run_service();
  } else {
    service_.signal(SIGCONT);
  }
}

task<> private_bench::end() {
  std::exception_ptr failure;
  try {
    co_await fail_if_ended();
    static_cast<void>(co_await service_.stop(dev::drain_limit));
  } catch (...) {
    failure = std::current_exception();
  }
  co_await service_.close();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace weir::tools
