// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/error.hpp"

namespace weir::nats::detail {

/// What a server means by `Permissions Violation for Publish to "orders.created"`.
struct refusal {
  bool is_subscription = false;
  std::string subject;  ///< empty where the words name none
};

refusal read_refusal(std::string_view words);

/// The error of what was refused: `unavailable`, permanent.
error not_permitted(const refusal& refused);

}  // namespace weir::nats::detail
