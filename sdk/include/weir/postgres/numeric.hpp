// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::postgres {

namespace detail {

template <class T>
struct codec;

}  // namespace detail

/// A decimal number, exact, as PostgreSQL's numeric keeps it.
///
///     weir::postgres::numeric price("19.90");
///     std::string text = price.to_string();           // "19.90"
///     bool same = price == numeric("19.9");           // true: the value counts, not the zeros
///     std::optional<std::int64_t> whole = numeric(7).to_int64();
///
/// It keeps how many digits stand behind its point, as the server does, and prints them. It does
/// not calculate: that is for the server, or for a library of the program's choice. `NaN` equals
/// itself and is greater than everything, as it is in the server. The infinities need
/// PostgreSQL 14; older servers refuse them (22P03).
class numeric {
 public:
  /// What the server can store: so many decimal digits before the point and behind it.
  static constexpr std::int64_t whole_digits_max = 131'072;
  static constexpr std::int64_t scale_max = 16'383;
  /// The largest exponent, up or down, that is read from text.
  static constexpr std::int64_t exponent_max = 1'000'000;

  /// Zero.
  numeric() = default;

  template <std::integral Integer>
    requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char> &&
             sizeof(Integer) <= sizeof(std::uint64_t))
  numeric(Integer value)  // NOLINT(google-explicit-constructor): every integer is a numeric
      : numeric(value < 0, value < 0 ? 0 - static_cast<std::uint64_t>(value)
                                     : static_cast<std::uint64_t>(value)) {}

  /// Reads what `parse` reads; throws `invalid_argument` (permanent), which says what is wrong.
  explicit numeric(std::string_view text);

  /// Reads digits with an optional sign, point and exponent, or `NaN`, `Infinity` and `inf` in
  /// either case, without white space. Nothing for other text and for a number beyond
  /// `whole_digits_max` or `scale_max`.
  static std::optional<numeric> parse(std::string_view text);

  static numeric nan();
  static numeric infinity();
  static numeric minus_infinity();

  bool is_nan() const noexcept { return kind_ == kind::not_a_number; }
  bool is_infinite() const noexcept { return kind_ == kind::infinite; }
  bool is_finite() const noexcept { return kind_ == kind::finite; }
  bool is_negative() const noexcept { return negative_; }

  /// How many digits stand behind the point.
  int scale() const noexcept { return scale_; }

  /// The text that the server makes of it: without an exponent, with `scale()` digits behind the
  /// point.
  std::string to_string() const;

  /// The number, if it is whole and an std::int64_t can hold it.
  std::optional<std::int64_t> to_int64() const noexcept;

  /// The nearest double: an infinity for what is beyond its range.
  double to_double() const;

  /// By value: 1.5 equals 1.50.
  friend std::weak_ordering operator<=>(const numeric& left, const numeric& right) noexcept;
  friend bool operator==(const numeric& left, const numeric& right) noexcept {
    return (left <=> right) == 0;
  }

 private:
  friend struct detail::codec<numeric>;

  enum class kind : unsigned char { finite, not_a_number, infinite };

  numeric(bool negative, std::uint64_t magnitude);
  numeric(kind what, bool negative) : kind_(what), negative_(negative) {}

  /// Takes the value of `text`; gives what is wrong with it, or nothing.
  std::string_view read(std::string_view text);
  std::string_view read_finite(std::string_view text);
  /// Takes off zeros at both ends.
  void normalise() noexcept;
  /// The four decimal digits at the place 10000^`power`.
  unsigned group(int power) const noexcept;
  int rank() const noexcept;

  kind kind_ = kind::finite;
  bool negative_ = false;
  std::uint16_t scale_ = 0;
  /// The place of the first group: 10000^weight_.
  int weight_ = 0;
  /// Groups of four decimal digits, without zeros at either end; none is zero. A string, because
  /// that holds seven of them, 28 decimal digits, without memory of its own.
  std::u16string groups_;
};

}  // namespace weir::postgres
