// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "tail/shown_message.hpp"

namespace weir::dev {

/// How much of a body, and of a dead letter's cause, is shown.
inline constexpr std::size_t body_columns_max = 160;
inline constexpr std::size_t cause_columns_max = 200;

/// A message as one line: time, subject, size, the beginning of the body. A dead letter says so,
/// and why it is one.
std::string event_line(const tools::shown_message& one);

}  // namespace weir::dev
