// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string_view>

namespace weir::bench {

/// The number in an argument from 1 to `most`, or 0.
inline std::uint64_t number(std::string_view text, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return is_whole && value <= most ? value : 0;
}

/// Gives what `run` gives; 3, and the reason on standard error, where that throws.
template <class Run>
int run_program(Run run) {
  try {
    return run();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "error: %s\n", failure.what());
    return 3;
  }
}

}  // namespace weir::bench
