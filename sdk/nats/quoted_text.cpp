// SPDX-License-Identifier: Apache-2.0
#include "quoted_text.hpp"

namespace weir::nats::detail {

std::string quoted_text(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text.substr(0, quoted_bytes_max)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= ' ' && byte < 0x7f) {
      out += c;
    } else {
      out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
  }
  out += text.size() > quoted_bytes_max ? "\"..." : "\"";
  return out;
}

}  // namespace weir::nats::detail
