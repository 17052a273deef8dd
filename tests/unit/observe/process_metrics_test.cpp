// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/process_metrics.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "lines.hpp"

TEST_SUITE_BEGIN("observe.process_metrics");

using namespace weir::test;

namespace {

double now_of(std::string_view name) {
  return std::stod(value_of(name, weir::metrics_registry::global()));
}

}  // namespace

TEST_CASE("the process tells of its descriptors, and of one more while that is open") {
  const weir::process_metrics own;
  const double before = now_of("process_open_fds");
  CHECK(before >= 3);
  const int opened = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  REQUIRE(opened >= 0);
  CHECK(now_of("process_open_fds") == before + 1);
  ::close(opened);
  CHECK(now_of("process_open_fds") == before);
  CHECK(now_of("process_max_fds") >= before);
}

TEST_CASE("the process tells of its memory, its processor time, its threads and its start") {
  const weir::process_metrics own;
  CHECK(now_of("process_resident_memory_bytes") > 100'000);
  CHECK(now_of("process_virtual_memory_bytes") >= now_of("process_resident_memory_bytes"));
  const double used = now_of("process_cpu_seconds_total");
  CHECK(used > 0);
  while (now_of("process_cpu_seconds_total") == used) continue;  // It uses some by that.
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  CHECK(now_of("process_start_time_seconds") < now.count() + 1);
  CHECK(now_of("process_start_time_seconds") > now.count() - 86'400);
  const double threads = now_of("process_threads");
  double with_another = 0;
  std::thread([&with_another] {
    const weir::process_metrics on_this_thread;
    with_another = now_of("process_threads");
  }).join();
  CHECK(threads >= 1);
  CHECK(with_another > threads);
}

TEST_SUITE_END();
