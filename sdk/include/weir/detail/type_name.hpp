// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace weir::detail {

/// The type's name as the compiler spells it, for error texts.
template <class T>
consteval std::string_view type_name() {
  // clang: "... type_name() [T = order]"; gcc: "... type_name() [with T = order; std::...]"
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  return text.substr(0, text.find_first_of(";]"));
}

}  // namespace weir::detail
