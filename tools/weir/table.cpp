// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "printable.hpp"
#include "weir/assert.hpp"

namespace weir::tools {
namespace {

constexpr std::size_t rows_a_page = 200;
constexpr std::size_t last_column_min = 20;  // of a terminal that is too narrow for the rest
constexpr std::string_view gap = "  ";

}  // namespace

table::table(std::ostream& out, std::vector<std::string> headings, std::optional<std::size_t> width)
    : out_(out), width_(width), headings_(std::move(headings)), columns_(headings_.size()) {
  grow(headings_);
}

void table::add(std::vector<std::string> row) {
  WEIR_ASSERT(row.size() == headings_.size());
  for (std::string& cell : row) cell = printable(cell);
  grow(row);
  page_.push_back(std::move(row));
  if (page_.size() == rows_a_page) flush();
}

void table::flush() {
  if (page_.empty()) return;
  if (!headed_) print(headings_);
  headed_ = true;
  for (const auto& row : page_) print(row);
  page_.clear();
  out_.flush();
}

void table::grow(const std::vector<std::string>& row) {
  for (std::size_t at = 0; at < row.size(); ++at) {
    columns_[at] = std::max(columns_[at], columns_of(row[at]));
  }
}

void table::print(const std::vector<std::string>& row) {
  std::size_t used = 0;
  for (std::size_t at = 0; at + 1 < row.size(); ++at) {
    const std::string padding(columns_[at] - columns_of(row[at]), ' ');
    out_ << row[at] << padding << gap;
    used += columns_[at] + gap.size();
  }
  if (!width_) {
    out_ << row.back() << '\n';
    return;
  }
  const std::size_t left = *width_ - std::min(*width_, used);
  out_ << cut_to(row.back(), std::max(left, last_column_min)) << '\n';
}

std::optional<std::size_t> terminal_width() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return {};
  return size.ws_col > 0 ? std::optional<std::size_t>(size.ws_col) : std::nullopt;
}

}  // namespace weir::tools
