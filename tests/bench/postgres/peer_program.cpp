// SPDX-License-Identifier: Apache-2.0
#include "peer_program.hpp"

#include <libpq-fe.h>
#include <sys/resource.h>

#include <memory>

#include "weir/error.hpp"

namespace weir::bench {
namespace {

/// The processor time of all children that have ended.
double children_cpu_us() {
  rusage spent{};
  ::getrusage(RUSAGE_CHILDREN, &spent);
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return us(spent.ru_utime) + us(spent.ru_stime);
}

void set_environment(process_options& how, const std::string& conninfo) {
  using all_options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;
  const all_options all(PQconninfoParse(conninfo.c_str(), nullptr), PQconninfoFree);
  if (!all)
    throw error(errc::invalid_argument, disposition::permanent, "no libpq connection string");
  for (const PQconninfoOption* one = all.get(); one->keyword != nullptr; ++one) {
    if (one->val != nullptr && one->envvar != nullptr)
      how.environment.emplace_back(one->envvar, one->val);
  }
}

}  // namespace

task<peer_report> run_peer(process_options how, std::string conninfo, std::string input) {
  set_environment(how, conninfo);
  how.capture_output = true;
  how.pipe_input = true;
  const double before = children_cpu_us();
  process peer = process::spawn(how);
  // A peer that reads its input reads all of it before it prints; none prints much.
  co_await peer.input().write_all(input);
  peer.input().close();
  peer_report report;
  report.output = co_await peer.output().read_text();
  const std::string errors = co_await peer.errors().read_text();
  const exit_status ended = co_await peer.wait();
  if (!ended.success())
    throw error(errc::protocol, disposition::permanent,
                how.program + ' ' + ended.text() + ": " + report.output + errors);
  report.cpu_us = children_cpu_us() - before;
  co_return report;
}

}  // namespace weir::bench
