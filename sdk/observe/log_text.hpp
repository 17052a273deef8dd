// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::detail {

/// Where a text stands in a line.
enum class log_place : unsigned char {
  plain,     ///< By itself, for people.
  terminal,  ///< The same where nothing takes it apart: its lines stay, indented.
  quoted     ///< Between quotation marks, of JSON too.
};

/// Appends foreign text so that it stays on its line and is UTF-8, whatever its bytes: control
/// characters and line separators stand as \n or \u001b, what is no UTF-8 as U+FFFD. Of a URL's
/// user and password the password is masked. More than `bytes_max` are cut, which the text then
/// says: "... (1048576 bytes)".
void append_log_text(std::string& to, std::string_view text, std::size_t bytes_max,
                     log_place where);

}  // namespace weir::detail
