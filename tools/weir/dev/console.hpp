// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <string_view>

namespace weir::dev {

/// Where the lines of all that runs come together, each with who says it in front. A line is
/// written at once and is made printable: what a program says cannot move the cursor.
class console {
 public:
  explicit console(std::ostream& out) : out_(out) {}

  /// Of `weir dev` itself.
  void say(std::string_view text) { line("weir", text); }
  void line(std::string_view who, std::string_view text);
  /// One to be copied into a shell: nothing stands before it.
  void plain(std::string_view text);

 private:
  std::ostream& out_;
};

}  // namespace weir::dev
