// SPDX-License-Identifier: Apache-2.0
#include "weir/config/secret.hpp"

namespace weir::detail {

bool is_equal_in_constant_time(std::string_view one, std::string_view other) noexcept {
  if (one.size() != other.size()) return false;
  // Volatile, or a compiler might end the loop at the first difference.
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (one[i] ^ other[i]));
  }
  return difference == 0;
}

}  // namespace weir::detail
