// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdio>

namespace weir::tools {

/// A line on the terminal that shows how far something is; nothing where standard error is not a
/// terminal.
class progress_line {
 public:
  ~progress_line() { clear(); }

  void show(const char* what, std::uint64_t done, std::uint64_t all) {
    if (!on_terminal_) return;
    const std::uint64_t percent = all == 0 ? 100 : done * 100 / all;
    if (percent == shown_percent_ && what == shown_what_) return;
    shown_percent_ = percent;
    shown_what_ = what;
    std::fprintf(stderr, "\r\x1b[K%s %llu of %llu", what, static_cast<unsigned long long>(done),
                 static_cast<unsigned long long>(all));
    std::fflush(stderr);
  }
  void show(const char* what) {
    if (on_terminal_) std::fprintf(stderr, "\r\x1b[K%s", what);
  }
  void clear() {
    if (on_terminal_) std::fprintf(stderr, "\r\x1b[K");
  }

 private:
  const bool on_terminal_ = isatty(STDERR_FILENO) != 0;
  const char* shown_what_ = nullptr;
  std::uint64_t shown_percent_ = 0;
};

}  // namespace weir::tools
