// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "weir/assert.hpp"
#include "weir/timestamp.hpp"

namespace weir {

/// A universally unique identifier (RFC 9562): sixteen bytes, a value type, ordered by its bytes.
///
///     weir::uuid id = weir::uuid::v7(now);
///     std::string text = id.to_string();             // "01890a5d-ac96-774b-bcce-b302099a8057"
///     std::optional<weir::uuid> back = weir::uuid::parse(text);
///
/// The default value is the nil uuid, all zeros.
class uuid {
 public:
  static constexpr std::size_t byte_count = 16;
  static constexpr std::size_t text_length = 36;
  using byte_array = std::array<std::uint8_t, byte_count>;

  constexpr uuid() = default;
  constexpr explicit uuid(const byte_array& bytes) : bytes_(bytes) {}

  /// Reads the 36 character form with hyphens, in upper or lower case; nothing else is a uuid.
  static constexpr std::optional<uuid> parse(std::string_view text);

  /// A uuid of version 4: 122 bits from the kernel's random source.
  static uuid random();

  /// A uuid of version 7: the time in front, so that ids made later sort later (to the
  /// microsecond's quarter) and land at the end of an index; the rest is random.
  /// Times before 1970 have no place in the format and count as 1970.
  static uuid v7(timestamp now);

  /// The lower case form with hyphens.
  std::string to_string() const;

  /// Writes the lower case form with hyphens, without a terminating zero.
  constexpr void write_to(char (&text)[text_length]) const;

  constexpr const byte_array& bytes() const { return bytes_; }
  constexpr bool is_nil() const { return bytes_ == byte_array{}; }

  friend constexpr bool operator==(const uuid&, const uuid&) = default;
  friend constexpr auto operator<=>(const uuid&, const uuid&) = default;

 private:
  // Hyphens stand before the bytes 4, 6, 8 and 10.
  static constexpr bool hyphen_before(std::size_t byte) {
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
  }
  constexpr void set_version(std::uint8_t version);

  byte_array bytes_{};
};

namespace detail {

inline constexpr std::uint8_t not_hex = 0xff;

/// The value of each hexadecimal digit, `not_hex` for every other character.
inline constexpr auto hex_values = [] {
  std::array<std::uint8_t, 256> values;
  values.fill(not_hex);
  for (int i = 0; i < 10; ++i)
    values[static_cast<std::size_t>('0' + i)] = static_cast<std::uint8_t>(i);
  for (int i = 0; i < 6; ++i) {
    values[static_cast<std::size_t>('a' + i)] = static_cast<std::uint8_t>(10 + i);
    values[static_cast<std::size_t>('A' + i)] = static_cast<std::uint8_t>(10 + i);
  }
  return values;
}();

}  // namespace detail

constexpr std::optional<uuid> uuid::parse(std::string_view text) {
  if (text.size() != text_length) return std::nullopt;
  uuid result;
  std::size_t at = 0;
  unsigned wrong = 0;
  for (std::size_t byte = 0; byte < byte_count; ++byte) {
    if (hyphen_before(byte)) wrong |= static_cast<unsigned>(text[at++] ^ '-');
    const unsigned high = detail::hex_values[static_cast<unsigned char>(text[at++])];
    const unsigned low = detail::hex_values[static_cast<unsigned char>(text[at++])];
    wrong |= (high | low) & 0xf0;
    result.bytes_[byte] = static_cast<std::uint8_t>(high << 4 | low);
  }
  if (wrong != 0) return std::nullopt;
  return result;
}

constexpr void uuid::write_to(char (&text)[text_length]) const {
  constexpr char digits[] = "0123456789abcdef";
  std::size_t at = 0;
  for (std::size_t byte = 0; byte < byte_count; ++byte) {
    if (hyphen_before(byte)) text[at++] = '-';
    text[at++] = digits[bytes_[byte] >> 4];
    text[at++] = digits[bytes_[byte] & 15];
  }
}

inline std::string uuid::to_string() const {
  char text[text_length];
  write_to(text);
  return std::string(text, text_length);
}

constexpr void uuid::set_version(std::uint8_t version) {
  bytes_[6] = static_cast<std::uint8_t>((bytes_[6] & 0x0f) | (version << 4));
  bytes_[8] = static_cast<std::uint8_t>((bytes_[8] & 0x3f) | 0x80);
}

inline uuid uuid::random() {
  uuid result;
  // Sixteen bytes cannot fail on a kernel that has getrandom; an id that is not random would be
  // worse than none.
  WEIR_ASSERT(::getentropy(result.bytes_.data(), byte_count) == 0);
  result.set_version(4);
  return result;
}

inline uuid uuid::v7(timestamp now) {
  const std::int64_t since_epoch = now.time_since_epoch().count();
  const std::uint64_t micros = since_epoch < 0 ? 0 : static_cast<std::uint64_t>(since_epoch);
  const std::uint64_t millis = micros / 1000;
  // RFC 9562 section 6.2 method 3: the twelve bits after the version hold the fraction of the
  // millisecond.
  const std::uint64_t fraction = (micros % 1000) * 4096 / 1000;

  uuid result = random();
  for (std::size_t byte = 0; byte < 6; ++byte) {
    result.bytes_[byte] = static_cast<std::uint8_t>(millis >> (40 - 8 * byte));
  }
  result.bytes_[6] = static_cast<std::uint8_t>(fraction >> 8);
  result.bytes_[7] = static_cast<std::uint8_t>(fraction);
  result.set_version(7);
  return result;
}

}  // namespace weir

/// Mixes both halves, so that version 7 ids of one millisecond spread as well as random ones.
template <>
struct std::hash<weir::uuid> {
  std::size_t operator()(const weir::uuid& id) const noexcept {
    std::uint64_t high;
    std::uint64_t low;
    std::memcpy(&high, id.bytes().data(), sizeof high);
    std::memcpy(&low, id.bytes().data() + sizeof high, sizeof low);
    std::uint64_t mixed = high * 0x9e3779b97f4a7c15u ^ low;
    mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93u;
    return static_cast<std::size_t>(mixed ^ (mixed >> 32));
  }
};
