// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "trial.hpp"

namespace weir::detail {

/// Lines for people: what would become of the message, each row that would be changed, each event
/// that would be published.
std::string trial_text(const tried_message& of, const std::vector<trial>& trials);

/// The same as a line of JSON for each handler.
std::string trial_json(const tried_message& of, const std::vector<trial>& trials);

}  // namespace weir::detail
