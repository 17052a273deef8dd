// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/error.hpp"

namespace weir::nats::detail {

/// What a server means by `Permissions Violation for Publish to "orders.created"`.
struct refusal {
  bool is_subscription = false;
  std::string subject;           ///< empty where the words name none
  std::string queue_group = {};  ///< of a subscription
};

/// From the server's words, with `Subscription to "orders.>" using queue "workers"` as well.
refusal read_refusal(std::string_view words);

/// The error of what was refused: `unavailable`, permanent.
error not_permitted(const refusal& refused);

}  // namespace weir::nats::detail
