// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "weir/nats/consumer.hpp"

namespace weir::nats::detail {

/// What a server says about a pull, in the headers of an empty message to the pull's own address.
struct pull_status {
  int code = 0;
  std::string text;
  /// How many messages of the pull did not come; absent in some endings.
  std::optional<std::uint64_t> pending;

  bool is_heartbeat() const noexcept { return code == 100; }
  /// How a pull that got this has ended.
  fetch_end end() const noexcept;
};

pull_status read_pull_status(const message& from);

}  // namespace weir::nats::detail
