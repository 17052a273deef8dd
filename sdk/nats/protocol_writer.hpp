// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "transport.hpp"

namespace weir::nats::detail {

/// What a client sends, encoded behind `to`. The texts have been checked: nothing in them ends a
/// line.
void append_publication(std::string& to, const outgoing& message);
void append_subscription(std::string& to, std::uint64_t number, std::string_view pattern,
                         std::string_view queue_group);
/// Ends a subscription: at once, or with 'after' after so many messages in all.
void append_end_of_subscription(std::string& to, std::uint64_t number, std::uint64_t after = 0);

}  // namespace weir::nats::detail
