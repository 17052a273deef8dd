// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace weir::detail {

/// Throws `invalid_argument` for a name that no service, or endpoint of one, can have on NATS
/// (ADR-32), so that a program says so before it connects. `what` is "service", "endpoint".
void check_service_name(std::string_view what, std::string_view name);
/// The same for what is no version as of semver.org.
void check_service_version(std::string_view service, std::string_view version);

}  // namespace weir::detail
