// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <fstream>
#include <string>

namespace weir::soak {
namespace {

std::uint64_t kib_of(const std::string& line) {
  const std::size_t digits = line.find_first_of("0123456789");
  return digits == std::string::npos ? 0 : std::stoull(line.substr(digits));
}

}  // namespace

memory memory_now() {
  memory now;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) now.resident_kib = kib_of(line);
    if (line.starts_with("VmHWM:")) now.peak_kib = kib_of(line);
  }
  return now;
}

std::uint64_t account::lost() const {
  std::uint64_t count = 0;
  for (std::uint64_t number = 0; number < messages; ++number) {
    if (confirmed.contains(number) && !handled.contains(number)) ++count;
  }
  return count;
}

}  // namespace weir::soak
