// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/sql_scanner.hpp"

namespace weir::postgres::detail {

/// The highest `$n` outside of quotes and comments; 0 without one.
consteval std::size_t count_placeholders(std::string_view sql) {
  std::size_t highest = 0;
  sql_scanner scanner(sql);
  for (auto found = scanner.next(); found.what != sql_scanner::kind::end; found = scanner.next()) {
    if (found.what != sql_scanner::kind::placeholder) continue;
    std::size_t number = 0;
    for (const char digit : found.text.substr(1)) {
      number = number * 10 + static_cast<std::size_t>(digit - '0');
    }
    highest = std::max(highest, number);
  }
  return highest;
}

}  // namespace weir::postgres::detail
