// SPDX-License-Identifier: Apache-2.0
#include "order_series.hpp"

#include <chrono>

namespace weir::orders {
namespace {

constexpr std::size_t number_at = 9;  // bytes 9 to 15 hold the number, big end first
constexpr std::uint64_t users = 1000;
constexpr timestamp first_created_at =
    std::chrono::sys_days{std::chrono::year{2026} / std::chrono::January / 1};

/// The finalizer of SplitMix64: spreads numbers over all 64 bits.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

/// A uuid of version 8 (RFC 9562): random-looking in front, so that an index takes it as it takes
/// random ones, with the number behind.
uuid make_id(std::uint64_t number) {
  uuid::byte_array bytes{};
  const std::uint64_t front = mix(number);
  for (std::size_t at = 0; at < 8; ++at) {
    bytes[at] = static_cast<std::uint8_t>(front >> (8 * at));
  }
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x80);
  bytes[8] = 0x80;
  for (std::size_t at = number_at; at < uuid::byte_count; ++at) {
    bytes[at] = static_cast<std::uint8_t>(number >> (8 * (uuid::byte_count - 1 - at)));
  }
  return uuid(bytes);
}

}  // namespace

OrderCreated order_number(std::uint64_t number) {
  return {.order_id = make_id(number),
          .user_id = make_id(mix(number) % users),
          .amount_cents = static_cast<std::int64_t>(100 + mix(number) % 99'900),
          .created_at = first_created_at + std::chrono::milliseconds(number)};
}

std::optional<std::uint64_t> number_of(const uuid& order_id) {
  std::uint64_t number = 0;
  for (std::size_t at = number_at; at < uuid::byte_count; ++at) {
    number = number << 8 | order_id.bytes()[at];
  }
  if (make_id(number) != order_id) return std::nullopt;
  return number;
}

}  // namespace weir::orders
