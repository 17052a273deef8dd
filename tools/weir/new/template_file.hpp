// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace weir::scaffold {

/// A file of the project that `weir new` makes, with @name@ and @stream@ in its path and text.
struct template_file {
  std::string_view path;
  std::string_view text;
};

/// All of them: tools/weir/new/template, as embed.py has written it into the program.
std::span<const template_file> template_files() noexcept;

}  // namespace weir::scaffold
