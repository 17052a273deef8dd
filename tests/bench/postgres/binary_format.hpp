// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <endian.h>

#include <cstdint>
#include <string>

namespace weir::bench {

/// Numbers as PostgreSQL's binary formats have them: the most significant byte first.
inline void put(std::string& into, std::uint16_t value) {
  const std::uint16_t sent = htobe16(value);
  into.append(reinterpret_cast<const char*>(&sent), sizeof sent);
}
inline void put(std::string& into, std::uint32_t value) {
  const std::uint32_t sent = htobe32(value);
  into.append(reinterpret_cast<const char*>(&sent), sizeof sent);
}
inline void put(std::string& into, std::uint64_t value) {
  const std::uint64_t sent = htobe64(value);
  into.append(reinterpret_cast<const char*>(&sent), sizeof sent);
}

}  // namespace weir::bench
