// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "connection.hpp"

namespace weir::postgres::detail {

/// A statement whose text is made when the program runs, with the place for its answer.
struct text_statement : reply {
  explicit text_statement(std::string text, const oid* types = nullptr, std::size_t count = 0)
      : sql(std::move(text)), shape{sql.c_str(), types, count, statement_kind::write} {}

  const std::string sql;
  const statement_shape shape;
};

}  // namespace weir::postgres::detail
