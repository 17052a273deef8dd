// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace weir::nats::detail {

/// Throw `invalid_argument` for what ADR-32 does not allow; `what` is "service", "endpoint".
void check_service_name(std::string_view what, std::string_view name);
void check_service_version(std::string_view version);

}  // namespace weir::nats::detail
