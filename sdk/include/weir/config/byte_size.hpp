// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// A number of bytes, written with its unit: "512B", "64KiB", "4MiB", "2GiB", "1TiB"; or "4MB" for
/// the decimal units.
class byte_size {
 public:
  constexpr byte_size() = default;
  constexpr explicit byte_size(std::uint64_t bytes) : bytes_(bytes) {}

  constexpr std::uint64_t bytes() const noexcept { return bytes_; }
  friend constexpr auto operator<=>(byte_size, byte_size) = default;

 private:
  std::uint64_t bytes_ = 0;
};

constexpr byte_size kibibytes(std::uint64_t count) { return byte_size(count << 10); }
constexpr byte_size mebibytes(std::uint64_t count) { return byte_size(count << 20); }
constexpr byte_size gibibytes(std::uint64_t count) { return byte_size(count << 30); }

/// Reads "4MiB", "1.5GiB", "512B", or a plain number of bytes. None for anything else, for what is
/// no whole number of bytes, and for what does not fit into 64 bits.
std::optional<byte_size> parse_byte_size(std::string_view text);

/// With the largest binary unit of which it is a whole number: "4MiB".
std::string to_string(byte_size size);

}  // namespace weir
