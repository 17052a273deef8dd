// SPDX-License-Identifier: Apache-2.0
#include "system.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/timex.h>
#include <sys/utsname.h>

#include <cstdio>
#include <fstream>

#include "amounts.hpp"
#include "weir/driver.hpp"
#include "weir/error.hpp"

namespace weir::doctor {
namespace {

constexpr std::uint64_t open_files_min = 1024;  // one service's connections are tens
constexpr std::uint64_t memlock_min = std::uint64_t{64} << 10;
constexpr int kernel_of_uring_major = 6;  // what the driver asks for is all there from 6.0 on

constexpr const char* subject = "system";

std::optional<std::uint64_t> limit_of(__rlimit_resource what) {
  rlimit limit{};
  if (getrlimit(what, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return limit.rlim_cur;
}

int seccomp_mode() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    int mode = 0;
    if (std::sscanf(line.c_str(), "Seccomp: %d", &mode) == 1) return mode;
  }
  return 0;
}

int uring_disabled() {
  std::ifstream setting("/proc/sys/kernel/io_uring_disabled");
  int value = 0;
  setting >> value;
  return setting ? value : 0;
}

bool clock_is_kept() {
  timex state{};
  const int kept = adjtimex(&state);
  return kept >= 0 && kept != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

finding judge_uring(const system_facts& seen) {
  if (seen.has_uring) {
    return {severity::good, subject,
            "io_uring is there" +
                (seen.uring_details.empty() ? std::string() : ": " + seen.uring_details)};
  }
  std::string remedy;
  if (seen.uring_disabled != 0) {
    remedy = fmt::format("sysctl kernel.io_uring_disabled is {}: an administrator may set it to 0",
                         seen.uring_disabled);
  } else if (seen.seccomp_mode != 0) {
    remedy =
        "a seccomp filter is on, as containers have it: allow io_uring_setup, io_uring_enter and "
        "io_uring_register in the container's profile";
  } else {
    remedy = "a kernel of version 6.0 or newer has it; in a container look at its seccomp profile";
  }
  return {severity::warning, subject,
          "io_uring is refused, services run on epoll, which works and costs more CPU: " +
              seen.uring_details,
          std::move(remedy)};
}

finding judge_memlock(const system_facts& seen) {
  if (!seen.memlock_bytes || *seen.memlock_bytes >= memlock_min) {
    return {severity::good, subject,
            "locked memory: " + (seen.memlock_bytes ? tools::text_of_bytes(*seen.memlock_bytes)
                                                    : std::string("no limit"))};
  }
  return {severity::note, subject,
          "locked memory is limited to " + tools::text_of_bytes(*seen.memlock_bytes) +
              ", which kernels before 5.12 count rings against",
          "raise it with LimitMEMLOCK= in the unit, or ulimit -l"};
}

finding judge_files(const system_facts& seen) {
  if (!seen.open_files || *seen.open_files >= open_files_min) {
    return {severity::good, subject,
            fmt::format("open files: {}",
                        seen.open_files ? std::to_string(*seen.open_files) : "no limit")};
  }
  return {severity::warning, subject,
          fmt::format("at most {} files may be open, connections among them", *seen.open_files),
          "raise it with LimitNOFILE= in the unit, or ulimit -n"};
}

}  // namespace

system_facts look_at_system() {
  system_facts seen;
  utsname name{};
  if (uname(&name) == 0) seen.kernel = name.release;
  try {
    const auto driver = make_driver(driver_choice::uring, nullptr);
    seen.has_uring = true;
    seen.uring_details = driver->details();
  } catch (const error& refused) {
    seen.uring_details = refused.message();
  }
  seen.memlock_bytes = limit_of(RLIMIT_MEMLOCK);
  seen.open_files = limit_of(RLIMIT_NOFILE);
  seen.seccomp_mode = seccomp_mode();
  seen.uring_disabled = uring_disabled();
  seen.clock_is_kept = clock_is_kept();
  return seen;
}

findings judge(const system_facts& seen) {
  findings all;
  int major = 0;
  std::sscanf(seen.kernel.c_str(), "%d", &major);
  if (major >= kernel_of_uring_major) {
    all.push_back({severity::good, subject, "kernel " + seen.kernel});
  } else {
    all.push_back({severity::note, subject,
                   "kernel " + seen.kernel + ": io_uring has all that weir uses from 6.0 on",
                   "upgrade the kernel where its speed matters; epoll serves until then"});
  }
  all.push_back(judge_uring(seen));
  all.push_back(judge_memlock(seen));
  all.push_back(judge_files(seen));
  if (seen.clock_is_kept) {
    all.push_back({severity::good, subject, "the clock is kept by a time service"});
  } else {
    all.push_back({severity::note, subject,
                   "the kernel does not know of a time service that keeps its clock",
                   "run chrony or systemd-timesyncd; in a container that is the host's task"});
  }
  return all;
}

}  // namespace weir::doctor
