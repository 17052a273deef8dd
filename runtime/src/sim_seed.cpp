// SPDX-License-Identifier: Apache-2.0
#include "sim_seed.hpp"

#include <sys/random.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

#include "weir/error.hpp"

namespace weir::detail {

std::optional<std::uint64_t> wanted_sim_seed() {
  const char* text = std::getenv("WEIR_SEED");
  if (text == nullptr || *text == '\0') return std::nullopt;
  const std::string_view digits(text);
  std::uint64_t seed = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
  if (parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size()) return seed;
  throw error(errc::invalid_argument, disposition::permanent,
              "WEIR_SEED is '" + std::string(digits) + "'; it can be a number below 2^64");
}

std::uint64_t fresh_sim_seed() {
  if (const auto wanted = wanted_sim_seed()) return *wanted;
  std::uint64_t seed = 0;
  if (getrandom(&seed, sizeof seed, 0) != sizeof seed) {
    throw error::from_errno(errno, "getrandom for the seed of a simulation");
  }
  return seed;
}

}  // namespace weir::detail
