// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/parameters.hpp"
#include "weir/postgres/transaction_options.hpp"

namespace weir::postgres::detail {

constexpr statement_shape control(const char* sql) {
  return {sql, nullptr, 0, statement_kind::write};
}

inline constexpr statement_shape commit_statement = control("commit");
inline constexpr statement_shape rollback_statement = control("rollback");

/// The BEGIN that the options ask for.
const statement_shape& begin_statement(const transaction_options& options);

}  // namespace weir::postgres::detail
