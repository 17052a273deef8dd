// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::tools {

/// What came from outside as one line that a terminal shows and does not obey: control characters
/// and what is not UTF-8 become '?', so that no message can move the cursor or change the title.
std::string printable(std::string_view text);

/// The same for several lines: ends of lines and tabs stay.
std::string printable_lines(std::string_view text);

/// True for UTF-8 without control characters but ends of lines and tabs.
bool is_text(std::string_view bytes);

/// How many characters UTF-8 has; a terminal gives most of them one column.
std::size_t columns_of(std::string_view text) noexcept;

/// UTF-8 cut to so many columns, with "..." in place of what is left out.
std::string cut_to(std::string_view text, std::size_t columns);

}  // namespace weir::tools
