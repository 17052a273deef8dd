// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/loop.hpp"

namespace weir::nats::detail {

/// So many random digits and small letters, of five bits each: for names that nobody else has.
inline std::string random_text(std::size_t length) {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
  constexpr std::size_t digits_a_number = 12;
  std::string text;
  std::uint64_t random = 0;
  for (std::size_t at = 0; at < length; ++at, random >>= 5) {
    if (at % digits_a_number == 0) random = loop::current().random();
    text += digits[random & 31];
  }
  return text;
}

}  // namespace weir::nats::detail
