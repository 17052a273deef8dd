// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/config/admin_settings.hpp"

namespace weir::detail {

/// Asks a service that runs on this host for one of its pages, "readyz", and prints what it says;
/// for containers without curl. 0 when it answers 200, 1 when it does not, or not at all, or when
/// another service answers; 2 for settings with which it has no pages.
int probe(const std::string& page, const std::string& service, const admin_settings& settings);

}  // namespace weir::detail
