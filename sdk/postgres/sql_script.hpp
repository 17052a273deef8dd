// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir::postgres::detail {

/// One statement of a text of several.
struct script_statement {
  std::string_view sql;  ///< Without the semicolon, and without comments before it.
  std::size_t line = 1;  ///< Of its first character in the text.
  std::string first;     ///< Its first word, in lower case.
  std::string second;    ///< Its second word, where that is one.
};

/// Takes a text apart at its semicolons, as psql does: those in quotes, comments, parentheses and
/// the `begin atomic ... end` of a function do not count. What is returned points into `sql`.
std::vector<script_statement> split_script(std::string_view sql);

/// True for what begins or ends a transaction; a savepoint does neither.
bool controls_transaction(const script_statement& statement);

/// The line, from 1, of the character at `position`, which counts characters of UTF-8 from 1.
std::size_t line_of(std::string_view sql, std::size_t position);

}  // namespace weir::postgres::detail
