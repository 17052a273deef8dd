// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/numeric.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "refuse.hpp"

namespace weir::postgres {
namespace {

constexpr unsigned group_base = 10'000;
constexpr int group_digits = 4;
constexpr std::array<unsigned, 5> powers_of_ten{1, 10, 100, 1000, 10'000};

/// The group that the decimal digit at the place 10^`power` belongs to.
constexpr std::int64_t group_of(std::int64_t power) {
  return power >= 0 ? power / group_digits : -((-power + group_digits - 1) / group_digits);
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, [](char given, char wanted) {
    return (given >= 'A' && given <= 'Z' ? given - 'A' + 'a' : given) == wanted;
  });
}

std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto size = static_cast<std::size_t>(end - text.begin());
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

bool take_one(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == any_of.npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Takes "e-12" away; nothing when it is none, or too large to be meant.
std::optional<std::int64_t> take_exponent(std::string_view& text) {
  if (!take_one(text, "eE")) return 0;
  const bool is_negative = text.starts_with('-');
  take_one(text, "+-");
  const std::string_view digits = take_digits(text);
  std::int64_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (read.ec != std::errc() || value > numeric::exponent_max) return std::nullopt;
  return is_negative ? -value : value;
}

void put_group(std::string& out, unsigned group) {
  for (unsigned place = group_base / 10; place > 0; place /= 10) {
    out.push_back(static_cast<char>('0' + group / place % 10));
  }
}

}  // namespace

numeric::numeric(bool negative, std::uint64_t magnitude) : negative_(negative) {
  for (; magnitude > 0; magnitude /= group_base) {
    groups_.push_back(static_cast<char16_t>(magnitude % group_base));
  }
  std::ranges::reverse(groups_);
  weight_ = static_cast<int>(groups_.size()) - 1;
  normalise();
}

numeric::numeric(std::string_view text) {
  const std::string_view wrong = read(text);
  if (!wrong.empty()) {
    detail::refuse_argument("\"" + detail::clipped(text) +
                            "\" cannot be a numeric: " + std::string(wrong));
  }
}

std::optional<numeric> numeric::parse(std::string_view text) {
  std::optional<numeric> made(std::in_place);
  if (!made->read(text).empty()) made.reset();
  return made;
}

numeric numeric::nan() { return {kind::not_a_number, false}; }
numeric numeric::infinity() { return {kind::infinite, false}; }
numeric numeric::minus_infinity() { return {kind::infinite, true}; }

std::string_view numeric::read(std::string_view text) {
  if (is_word(text, "nan")) {
    kind_ = kind::not_a_number;
    return {};
  }
  negative_ = text.starts_with('-');
  take_one(text, "+-");
  if (is_word(text, "infinity") || is_word(text, "inf")) {
    kind_ = kind::infinite;
    return {};
  }
  return read_finite(text);
}

std::string_view numeric::read_finite(std::string_view text) {
  const std::string_view whole = take_digits(text);
  const std::string_view fraction = take_one(text, ".") ? take_digits(text) : std::string_view();
  if (whole.empty() && fraction.empty()) return "a number begins with a digit";
  const std::optional<std::int64_t> exponent = take_exponent(text);
  if (!exponent) return "its exponent is none, or beyond 1000000";
  if (!text.empty()) return "behind the number stands something else";

  const auto whole_size = static_cast<std::int64_t>(whole.size());
  const auto size = whole_size + static_cast<std::int64_t>(fraction.size());
  // The place of the first digit is 10^(point - 1).
  const std::int64_t point = whole_size + *exponent;
  const std::int64_t scale = std::max<std::int64_t>(0, size - point);
  if (scale > scale_max) return "it has more than 16383 digits behind the point";
  scale_ = static_cast<std::uint16_t>(scale);

  const auto digit = [&](std::int64_t at) {
    return at < whole_size ? whole[static_cast<std::size_t>(at)]
                           : fraction[static_cast<std::size_t>(at - whole_size)];
  };
  std::int64_t first = 0;
  while (first < size && digit(first) == '0') ++first;
  if (first < size) {
    if (point - first > whole_digits_max) return "it has more than 131072 digits before the point";
    std::int64_t last = size - 1;
    while (digit(last) == '0') --last;
    const std::int64_t top = group_of(point - 1 - first);
    weight_ = static_cast<int>(top);
    groups_.resize(static_cast<std::size_t>(top - group_of(point - 1 - last) + 1));
    for (std::int64_t at = first; at <= last; ++at) {
      const std::int64_t power = point - 1 - at;
      const std::int64_t of = group_of(power);
      const unsigned factor = powers_of_ten[static_cast<std::size_t>(power - of * group_digits)];
      groups_[static_cast<std::size_t>(top - of)] +=
          static_cast<char16_t>(static_cast<unsigned>(digit(at) - '0') * factor);
    }
  }
  normalise();
  return {};
}

void numeric::normalise() noexcept {
  const std::size_t first = std::min(groups_.find_first_not_of(u'\0'), groups_.size());
  groups_.erase(0, first);
  weight_ -= static_cast<int>(first);
  groups_.resize(groups_.find_last_not_of(u'\0') + 1);
  if (groups_.empty()) {
    weight_ = 0;
    negative_ = false;
  }
}

unsigned numeric::group(int power) const noexcept {
  const int at = weight_ - power;
  return at < 0 || static_cast<std::size_t>(at) >= groups_.size()
             ? 0
             : groups_[static_cast<std::size_t>(at)];
}

std::string numeric::to_string() const {
  if (is_nan()) return "NaN";
  if (is_infinite()) return negative_ ? "-Infinity" : "Infinity";
  std::string text;
  const int top = std::max(weight_, 0);
  for (int power = top; power >= 0; --power) put_group(text, group(power));
  text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
  if (negative_) text.insert(0, 1, '-');
  if (scale_ > 0) {
    text.push_back('.');
    const std::size_t size = text.size() + scale_;
    for (int power = -1; text.size() < size; --power) put_group(text, group(power));
    text.resize(size);
  }
  return text;
}

std::optional<std::int64_t> numeric::to_int64() const noexcept {
  // Five groups hold every std::int64_t. Groups behind the point are not zero, hence a fraction.
  constexpr int weight_max = 4;
  if (!is_finite()) return std::nullopt;
  if (groups_.empty()) return 0;
  if (weight_ > weight_max || static_cast<int>(groups_.size()) > weight_ + 1) return std::nullopt;
  std::int64_t value = 0;
  for (int power = weight_; power >= 0; --power) {
    // Downwards, because there is one number more below zero than above.
    if (__builtin_mul_overflow(value, std::int64_t{group_base}, &value) ||
        __builtin_sub_overflow(value, std::int64_t{group(power)}, &value)) {
      return std::nullopt;
    }
  }
  if (negative_) return value;
  if (value == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return -value;
}

double numeric::to_double() const {
  using limits = std::numeric_limits<double>;
  if (is_nan()) return limits::quiet_NaN();
  const double sign = negative_ ? -1.0 : 1.0;
  if (is_infinite()) return sign * limits::infinity();
  const std::string text = to_string();
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec == std::errc::result_out_of_range) {
    return sign * (weight_ > 0 ? limits::infinity() : 0.0);
  }
  return value;
}

int numeric::rank() const noexcept {
  constexpr int finite = 0;
  constexpr int infinite = 1;
  constexpr int not_a_number = 2;
  if (is_nan()) return not_a_number;
  if (is_infinite()) return negative_ ? -infinite : infinite;
  return finite;
}

std::weak_ordering operator<=>(const numeric& left, const numeric& right) noexcept {
  if (!left.is_finite() || !right.is_finite()) return left.rank() <=> right.rank();
  if (left.negative_ != right.negative_) return right.negative_ <=> left.negative_;
  const numeric& low = left.negative_ ? right : left;
  const numeric& high = left.negative_ ? left : right;
  if (low.groups_.empty() || high.groups_.empty()) {
    return high.groups_.empty() <=> low.groups_.empty();
  }
  if (low.weight_ != high.weight_) return low.weight_ <=> high.weight_;
  return low.groups_ <=> high.groups_;
}

}  // namespace weir::postgres
