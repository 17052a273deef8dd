// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace weir::tools {

/// Rows under headings, printed page by page so that any number of them passes through: columns
/// only grow, and the last one is cut to what the width leaves.
class table {
 public:
  /// Without a width nothing is cut.
  table(std::ostream& out, std::vector<std::string> headings, std::optional<std::size_t> width);

  /// As many texts as there are headings; each is shown as printable().
  void add(std::vector<std::string> row);
  /// Prints what waits for its page.
  void flush();

 private:
  void grow(const std::vector<std::string>& row);
  void print(const std::vector<std::string>& row);

  std::ostream& out_;
  const std::optional<std::size_t> width_;
  std::vector<std::string> headings_;
  std::vector<std::size_t> columns_;
  std::vector<std::vector<std::string>> page_;
  bool headed_ = false;
};

/// The width of the terminal that standard output is; empty where it is none.
std::optional<std::size_t> terminal_width();

}  // namespace weir::tools
