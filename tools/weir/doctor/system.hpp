// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "finding.hpp"

namespace weir::doctor {

/// What this machine lets a service have.
struct system_facts {
  std::string kernel;  ///< "6.1.0-18-amd64"
  bool has_uring = false;
  std::string uring_details = {};                   ///< what the driver found, or why there is none
  std::optional<std::uint64_t> memlock_bytes = {};  ///< of a process; empty: no limit
  std::optional<std::uint64_t> open_files = {};
  int seccomp_mode = 0;        ///< 0 none, 1 strict, 2 a filter
  int uring_disabled = 0;      ///< kernel.io_uring_disabled; 0 also where there is no such setting
  bool clock_is_kept = false;  ///< by NTP or the like, as the kernel was told
};

system_facts look_at_system();

findings judge(const system_facts& seen);

}  // namespace weir::doctor
