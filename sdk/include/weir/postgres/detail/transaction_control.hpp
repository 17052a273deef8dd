// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/sql_scanner.hpp"

namespace weir::postgres::detail {

consteval bool is_word(std::string_view text, std::string_view in_lower_case) {
  return std::ranges::equal(text, in_lower_case, [](char one, char wanted) {
    return one == wanted || (one >= 'A' && one <= 'Z' && one - 'A' + 'a' == wanted);
  });
}

/// Whether the first word begins or ends a transaction, or a part of it: what a transaction of this
/// library must do itself, lest it goes on in none.
consteval bool controls_transaction(std::string_view sql) {
  sql_scanner scanner(sql);
  auto first = scanner.next();
  // White space, and the ends of statements that are empty.
  while (first.what == sql_scanner::kind::comment || first.what == sql_scanner::kind::other) {
    first = scanner.next();
  }
  if (first.what != sql_scanner::kind::name) return false;
  constexpr std::string_view refused[] = {"abort",   "begin",    "commit", "end",
                                          "prepare", "rollback", "start"};
  return std::ranges::any_of(refused,
                             [first](std::string_view word) { return is_word(first.text, word); });
}

}  // namespace weir::postgres::detail
