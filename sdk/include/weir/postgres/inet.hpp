// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::postgres {

/// An address of IPv4 or IPv6 with the length of its network's prefix, for a column of type inet or
/// cidr.
///
///     weir::postgres::inet host = *weir::postgres::inet::parse("192.168.1.5/24");
///     std::string text = host.to_string();                // "192.168.1.5/24"
///     weir::postgres::inet one = inet::v4({10, 0, 0, 1});  // "10.0.0.1", a single host
///
/// Names are not resolved. As a parameter it is an inet; where a cidr is wanted, the server sets
/// the bits behind the prefix to zero. The default is 0.0.0.0.
class inet {
 public:
  static constexpr std::size_t v4_size = 4;
  static constexpr std::size_t v6_size = 16;
  static constexpr unsigned v4_prefix_max = 32;
  static constexpr unsigned v6_prefix_max = 128;
  using v4_bytes = std::array<std::uint8_t, v4_size>;
  using v6_bytes = std::array<std::uint8_t, v6_size>;

  constexpr inet() = default;

  /// Throw `invalid_argument` (permanent) for a prefix that is longer than the address.
  static inet v4(const v4_bytes& address, unsigned prefix = v4_prefix_max);
  static inet v6(const v6_bytes& address, unsigned prefix = v6_prefix_max);

  /// Reads "192.168.1.5" or an IPv6 address in any of its forms (RFC 4291), with or without
  /// "/prefix"; nothing for other text. Numbers with leading zeros are refused in IPv4, because
  /// some take them for octal.
  static std::optional<inet> parse(std::string_view text);

  constexpr bool is_v4() const { return !is_v6_; }
  constexpr bool is_v6() const { return is_v6_; }
  constexpr unsigned prefix() const { return prefix_; }
  /// Tells whether the prefix is the whole address.
  constexpr bool is_host() const { return prefix_ == prefix_max(); }
  /// The bytes of the address: four or sixteen.
  constexpr std::span<const std::uint8_t> bytes() const {
    return std::span(bytes_).first(is_v6_ ? v6_size : v4_size);
  }

  /// The server's form of an inet: "192.168.1.5/24", "2001:db8::1"; without the prefix where that
  /// is the whole address.
  std::string to_string() const;

  /// As the server orders: IPv4 first, then by the network, its size, and the address.
  friend std::strong_ordering operator<=>(const inet& left, const inet& right);
  friend constexpr bool operator==(const inet&, const inet&) = default;

 private:
  constexpr unsigned prefix_max() const { return is_v6_ ? v6_prefix_max : v4_prefix_max; }

  bool is_v6_ = false;
  std::uint8_t prefix_ = v4_prefix_max;
  v6_bytes bytes_{};  // of IPv4 the first four; the others are zero
};

}  // namespace weir::postgres
