// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "weir/nats/delivery.hpp"

namespace weir::nats::detail {

/// Reads where a delivery's acknowledgement goes:
///
///     $JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>
///     $JS.ACK.<domain>.<account hash>.<stream>. ... .<pending>[.<random>]
///
/// Nothing if it is neither.
std::optional<delivery_info> parse_ack_subject(std::string_view reply);

}  // namespace weir::nats::detail
