// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace weir::dev {

/// How long a line of a program may be; a longer one is given in several.
inline constexpr std::size_t program_line_bytes_max = std::size_t{8} << 10;

/// Makes lines of what a program writes, which comes in parts of any size.
class line_splitter {
 public:
  explicit line_splitter(std::function<void(std::string_view)> take) : take_(std::move(take)) {}

  void add(std::string_view part);
  /// Gives what has no end of a line yet: nothing more comes.
  void finish();

 private:
  void give();

  std::function<void(std::string_view)> take_;
  std::string begun_;
};

}  // namespace weir::dev
