// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "weir/postgres/detail/copy_form.hpp"
#include "weir/postgres/pool.hpp"

namespace weir::postgres::detail {

/// The transaction that a COPY is part of: another's, or its own.
struct copy_target {
  session* in;
  std::unique_ptr<postgres::transaction> own;  ///< Null where it is another's.
  std::vector<oid> types;                      ///< Of the columns.
};

/// Checks the columns and begins the COPY; suspends until rows can go. Throws `invalid_argument`
/// (permanent) for a column of a type that the field cannot travel as.
task<copy_target> begin_copy(tx& db, const copy_plan& plan);
task<copy_target> begin_copy(pool& db, const copy_plan& plan, transaction_options options);

}  // namespace weir::postgres::detail
