// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "load.hpp"

namespace weir::tools {

/// How a load goes, on standard error: a line that changes on a terminal, a line a second
/// elsewhere.
class status_line {
 public:
  status_line();
  ~status_line();
  status_line(const status_line&) = delete;
  status_line& operator=(const status_line&) = delete;

  /// How often show() wants to be called.
  duration period() const noexcept;
  void show(const load_status& now);

 private:
  const bool on_terminal_;
  std::deque<double> rates_;
};

/// The words of a status: "12 of 100 sent, 1.0k/s, p50 1.2 ms ...".
std::string text_of(const load_status& now);

}  // namespace weir::tools
