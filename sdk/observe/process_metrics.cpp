// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/process_metrics.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bit>
#include <ctime>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

#include "metrics_family.hpp"
#include "weir/observe/gauge.hpp"

namespace weir {
namespace {

using detail::metric_source;
using detail::metric_type;

/// What the kernel does not tell here.
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Seconds of processor time; a counter of parts, which others need not have.
detail::metric_family& processor_time() {
  static detail::metric_family& family = metrics_registry::global().registrar().add(
      {.type = metric_type::counter,
       .name = "process_cpu_seconds_total",
       .help = "Processor time that the process has used, in user code and in the kernel.",
       .is_real = true});
  return family;
}

struct process_gauges {
  gauge resident{"process_resident_memory_bytes", "Memory of the process that is in RAM."};
  gauge virtual_memory{"process_virtual_memory_bytes", "Address space of the process."};
  gauge open_files{"process_open_fds", "Descriptors that the process has open."};
  gauge files_max{"process_max_fds", "How many descriptors the process may have open."};
  gauge start{"process_start_time_seconds", "When the process was started, since 1970."};
  gauge threads{"process_threads", "Threads of the process."};
};

const process_gauges& gauges() {
  static const process_gauges all;
  return all;
}

double processor_seconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

/// A number of /proc/self/statm, which counts pages.
double memory_bytes(int place) {
  std::ifstream file("/proc/self/statm");
  double pages = unknown;
  for (int at = 0; at <= place; ++at) file >> pages;
  return file ? pages * static_cast<double>(sysconf(_SC_PAGESIZE)) : unknown;
}

/// A number of /proc/self/stat, by its number in proc(5): from 3, what stands behind the name.
double stat_number(int place) {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');  // The name may hold anything.
  if (name_end == std::string::npos) return unknown;
  std::istringstream rest(line.substr(name_end + 1));
  std::string state;
  rest >> state;
  double value = unknown;
  for (int at = 4; at <= place; ++at) rest >> value;
  return rest ? value : unknown;
}

double open_files() {
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) return unknown;
  int count = 0;
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count - 3;  // ".", ".." and the folder itself.
}

double files_max() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return unknown;
  return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<double>::infinity()
                                         : static_cast<double>(limit.rlim_cur);
}

/// /proc tells the start since the boot, and when that was.
double start_time() {
  constexpr int start_place = 22;
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    if (word != "btime") continue;
    double boot = unknown;
    file >> boot;
    return boot + stat_number(start_place) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  return unknown;
}

double threads() {
  constexpr int threads_place = 20;
  return stat_number(threads_place);
}

}  // namespace

class process_metrics::state {
 public:
  state() { gauges().start.set(start_time()); }

 private:
  const metric_source processor_{processor_time().with({}), [](std::span<std::uint64_t> slots) {
                                   slots[0] = std::bit_cast<std::uint64_t>(processor_seconds());
                                 }};
  const gauge_source resident_{gauges().resident, [] { return memory_bytes(1); }};
  const gauge_source virtual_{gauges().virtual_memory, [] { return memory_bytes(0); }};
  const gauge_source open_files_{gauges().open_files, open_files};
  const gauge_source files_max_{gauges().files_max, files_max};
  const gauge_source threads_{gauges().threads, threads};
};

process_metrics::process_metrics() : state_(std::make_unique<state>()) {}
process_metrics::~process_metrics() = default;

}  // namespace weir
