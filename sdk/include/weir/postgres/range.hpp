// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "weir/postgres/date.hpp"
#include "weir/postgres/local_timestamp.hpp"
#include "weir/postgres/numeric.hpp"
#include "weir/timestamp.hpp"

namespace weir::postgres {

/// What there are ranges of: int4range, int8range, numrange, daterange, tsrange and tstzrange.
template <class T>
concept range_value =
    std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t> || std::same_as<T, numeric> ||
    std::same_as<T, date> || std::same_as<T, local_timestamp> || std::same_as<T, timestamp>;

/// One end of a range: a value that belongs to it or not, or none where it does not end.
template <range_value T>
struct range_bound {
  std::optional<T> value;
  bool is_inclusive = false;

  static range_bound inclusive(T value) { return {std::move(value), true}; }
  static range_bound exclusive(T value) { return {std::move(value), false}; }
  static range_bound unbounded() { return {}; }

  friend bool operator==(const range_bound&, const range_bound&) = default;
};

namespace detail {

[[noreturn]] void refuse_range();

std::string bound_text(std::int64_t value);
std::string bound_text(const numeric& value);
std::string bound_text(date value);
std::string bound_text(local_timestamp value);
std::string bound_text(timestamp value);

/// Puts brackets around the texts, and quotes where they are needed.
std::string range_text(const std::optional<std::string>& lower, bool is_lower_inclusive,
                       const std::optional<std::string>& upper, bool is_upper_inclusive);

}  // namespace detail

/// The values between two bounds, or none at all.
///
///     weir::postgres::range<std::int32_t> seats(1, 10);  // [1,10)
///     using days = weir::postgres::range<weir::postgres::date>;
///     bool open = days::from(opening).contains(today);   // [opening,)
///
/// Two are equal when their bounds are. The server gives ranges of integers and of dates back in
/// one form, with a lower bound that belongs to them and an upper one that does not: it makes
/// [1,9] [1,10). An infinity is a value like others; a range up to it is not unbounded.
template <range_value T>
class range {
 public:
  using bound = range_bound<T>;

  /// Empty.
  range() = default;

  /// From `lower` to `upper`, without `upper`.
  range(T lower, T upper)
      : range(bound::inclusive(std::move(lower)), bound::exclusive(std::move(upper))) {}

  /// Empty where the bounds are equal and one does not belong to it, as in the server. Throws
  /// `invalid_argument` (permanent) when the lower bound is above the upper one.
  range(bound lower, bound upper) : lower_(std::move(lower)), upper_(std::move(upper)) {
    is_empty_ = false;
    if (!lower_.value) lower_.is_inclusive = false;
    if (!upper_.value) upper_.is_inclusive = false;
    if (!lower_.value || !upper_.value) return;
    if (*upper_.value < *lower_.value) detail::refuse_range();
    const bool are_both_inclusive = lower_.is_inclusive && upper_.is_inclusive;
    if (*upper_.value == *lower_.value && !are_both_inclusive) *this = range();
  }

  /// From `lower` to `upper`, both included.
  static range closed(T lower, T upper) {
    return range(bound::inclusive(std::move(lower)), bound::inclusive(std::move(upper)));
  }
  /// From `lower` on.
  static range from(T lower) { return {bound::inclusive(std::move(lower)), bound::unbounded()}; }
  /// Everything before `upper`.
  static range until(T upper) { return {bound::unbounded(), bound::exclusive(std::move(upper))}; }
  static range everything() { return {bound::unbounded(), bound::unbounded()}; }

  bool is_empty() const noexcept { return is_empty_; }

  /// The ends; of an empty range without a meaning.
  const bound& lower() const noexcept { return lower_; }
  const bound& upper() const noexcept { return upper_; }

  bool contains(const T& value) const {
    if (is_empty_) return false;
    if (lower_.value && (value < *lower_.value || (value == *lower_.value && !lower_.is_inclusive)))
      return false;
    return !upper_.value || value < *upper_.value ||
           (value == *upper_.value && upper_.is_inclusive);
  }

  /// The server's form: "[1,10)", "(,2026-01-31]", "empty"; times with a zone in UTC.
  std::string to_string() const {
    if (is_empty_) return "empty";
    return detail::range_text(text_of(lower_), lower_.is_inclusive, text_of(upper_),
                              upper_.is_inclusive);
  }

  friend bool operator==(const range&, const range&) = default;

 private:
  static std::optional<std::string> text_of(const bound& end) {
    if (!end.value) return std::nullopt;
    return detail::bound_text(*end.value);
  }

  bool is_empty_ = true;
  bound lower_;
  bound upper_;
};

}  // namespace weir::postgres
