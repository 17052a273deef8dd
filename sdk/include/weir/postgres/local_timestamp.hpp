// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::postgres {

namespace detail {

[[noreturn]] void refuse_local_timestamp(std::chrono::local_time<std::chrono::microseconds> time);

}  // namespace detail

/// A day and a time on the clock of an unnamed place, for a column of type timestamp (without time
/// zone); or one of the server's two infinities. A point in time is a `weir::timestamp`.
///
///     weir::postgres::local_timestamp start =
///         std::chrono::local_days(std::chrono::year(2026) / 1 / 31) + std::chrono::hours(12);
///     std::string text = start.to_string();  // "2026-01-31 12:00:00"
///
/// Ordered in time, with `minus_infinity()` first and `infinity()` last. The default is the first
/// of January 1970, midnight.
class local_timestamp {
 public:
  using time_type = std::chrono::local_time<std::chrono::microseconds>;

  constexpr local_timestamp() = default;

  /// Throws `invalid_argument` (permanent) before `first()`, unless it is `time_type::min()`,
  /// which is an infinity, as `max()` is.
  constexpr local_timestamp(time_type time) : time_(time) {  // NOLINT(google-explicit-constructor)
    if (time < first_time && !is_infinite()) detail::refuse_local_timestamp(time);
  }

  /// Reads "2026-01-31 12:30:00.25", with up to six digits of fraction or none, a `T` for the
  /// space, " BC" at the end, and the infinities; nothing for other text and for a time outside of
  /// `first()` to `last()`.
  static std::optional<local_timestamp> parse(std::string_view text);

  static constexpr local_timestamp infinity() { return time_type::max(); }
  static constexpr local_timestamp minus_infinity() { return time_type::min(); }
  /// The first time that the server knows, in 4714 BC, and the last that std::int64_t can count, in
  /// January 294247. The server knows thirty years more; to read such a time is an error.
  static constexpr local_timestamp first() { return first_time; }
  static constexpr local_timestamp last() {
    return time_type::max() - std::chrono::microseconds(1);
  }

  constexpr bool is_infinite() const {
    return time_ == time_type::max() || time_ == time_type::min();
  }

  /// The time; `max()` and `min()` stand for the infinities.
  constexpr time_type time() const { return time_; }

  /// The server's ISO form: "2026-01-31 12:30:00.25", "0044-03-15 12:00:00 BC", "infinity".
  std::string to_string() const;

  friend constexpr auto operator<=>(const local_timestamp&, const local_timestamp&) = default;
  friend constexpr bool operator==(const local_timestamp&, const local_timestamp&) = default;

 private:
  static constexpr time_type first_time{std::chrono::microseconds(-210'866'803'200'000'000)};

  time_type time_{};
};

}  // namespace weir::postgres
