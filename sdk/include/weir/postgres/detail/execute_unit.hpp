// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/unit.hpp"

namespace weir::postgres::detail {

/// Executes what a unit keeps in a transaction of its own, as its group would with others. Throws
/// the first error of it.
task<> execute_unit(tx& in, const unit& work);

}  // namespace weir::postgres::detail
