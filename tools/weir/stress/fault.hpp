// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "weir/task.hpp"

namespace weir::tools {

inline constexpr std::size_t faults_max = 100;
inline constexpr std::chrono::seconds fault_span_max = std::chrono::minutes(5);

/// What is to happen to a program within a load.
struct fault {
  enum class acts : std::uint8_t {
    kill,   ///< SIGKILL, and after `lasts` it is started again.
    pause,  ///< SIGSTOP, and after `lasts` SIGCONT: connections stay open and nothing answers.
  };
  enum class targets : std::uint8_t { nats, postgres, service };

  std::chrono::seconds at{};  ///< after the load's start
  acts act = acts::kill;
  targets target = targets::nats;
  std::chrono::seconds lasts{1};

  friend bool operator==(const fault&, const fault&) = default;
};

/// Reads "10s@kill-nats" or "1m@pause-postgres:5s", within the limits above.
std::optional<fault> parse_fault(std::string_view text);

/// "kill-nats"
std::string name_of(const fault& of);

/// Makes a fault happen; done when all is as before. It is not cancelled half-way.
using fault_injector = std::function<task<>(fault)>;

}  // namespace weir::tools
