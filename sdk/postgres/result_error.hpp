// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "weir/postgres/error.hpp"

namespace weir::postgres::detail {

/// The function in the server that finds that a prepared plan has become invalid; the text of that
/// error is translated, and its SQLSTATE is shared with many others.
inline constexpr std::string_view stale_plan_routine = "RevalidateCachedQuery";

/// The connection went away; `why` as libpq says it.
error connection_lost(std::string_view why, effect what_happened);
/// A statement that was not sent because of an earlier one.
error not_executed(const error& earlier);
/// The same, in other words.
error not_executed(std::string why);

}  // namespace weir::postgres::detail
