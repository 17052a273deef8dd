// SPDX-License-Identifier: Apache-2.0
#include "seed.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

namespace weir::test {
namespace {

std::uint64_t read_or_draw() {
  const char* text = std::getenv("WEIR_SEED");
  if (text == nullptr) {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
  }
  std::uint64_t value = 0;
  const char* end = text + std::strlen(text);
  const auto parsed = std::from_chars(text, end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end) {
    std::fprintf(stderr, "WEIR_SEED=\"%s\" is not a number between 0 and 2^64-1\n", text);
    std::exit(EXIT_FAILURE);
  }
  return value;
}

}  // namespace

std::uint64_t seed() {
  static const std::uint64_t value = read_or_draw();
  return value;
}

}  // namespace weir::test
