// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "weir/event/detail/reader.hpp"

namespace weir::json::detail {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

const char* skip_digits(const char* at, const char* end) {
  while (at != end && is_digit(*at)) ++at;
  return at;
}

/// The end of a fraction that starts at `at`, or null when no digit follows its point.
const char* skip_fraction(const char* at, const char* end) {
  if (at == end || *at != '.') return at;
  const char* const digits = at + 1;
  at = skip_digits(digits, end);
  return at == digits ? nullptr : at;
}

const char* skip_exponent(const char* at, const char* end) {
  if (at == end || (*at != 'e' && *at != 'E')) return at;
  ++at;
  if (at != end && (*at == '+' || *at == '-')) ++at;
  const char* const digits = at;
  at = skip_digits(digits, end);
  return at == digits ? nullptr : at;
}

}  // namespace

/// A number in the grammar of RFC 8259: no plus sign, no leading zeros, digits around the point.
bool reader::scan_number(std::string_view& out, bool& is_integer) {
  skip_space();
  const char* const start = at_;
  const char* at = at_;
  if (at != end_ && *at == '-') ++at;
  if (at == end_ || !is_digit(*at)) return fail_expected("a JSON value");
  const char* const integer_end = *at == '0' ? at + 1 : skip_digits(at, end_);
  at = skip_fraction(integer_end, end_);
  if (at != nullptr) at = skip_exponent(at, end_);
  if (at == nullptr) return fail(start, "the number breaks off");
  if (at != end_ && is_digit(*at)) return fail(start, "a number does not start with 0");
  is_integer = at == integer_end;
  out = std::string_view(start, static_cast<std::size_t>(at - start));
  at_ = at;
  return true;
}

bool reader::scan_integer(integer& out) {
  skip_space();
  const char* const start = at_;
  if (at_ == end_ || (!is_digit(*at_) && *at_ != '-')) return fail_expected("an integer");
  bool is_integer = false;
  if (!scan_number(out.text, is_integer)) return false;
  if (!is_integer) return fail_found(start, "an integer");
  out.negative = out.text.front() == '-';
  out.magnitude = 0;
  out.overflows = false;
  for (const char c : out.text.substr(out.negative ? 1 : 0)) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    out.overflows |= __builtin_mul_overflow(out.magnitude, 10u, &out.magnitude);
    out.overflows |= __builtin_add_overflow(out.magnitude, digit, &out.magnitude);
  }
  return true;
}

bool reader::read_signed(std::int64_t& out, std::int64_t low, std::int64_t high) {
  integer number;
  if (!scan_integer(number)) return false;
  // The magnitude of `low` is one more than that of `high`; unsigned arithmetic wraps as needed.
  const std::uint64_t limit =
      number.negative ? 0 - static_cast<std::uint64_t>(low) : static_cast<std::uint64_t>(high);
  if (number.overflows || number.magnitude > limit) {
    return fail_range(number, std::to_string(low) + " to " + std::to_string(high));
  }
  out = static_cast<std::int64_t>(number.negative ? 0 - number.magnitude : number.magnitude);
  return true;
}

bool reader::read_unsigned(std::uint64_t& out, std::uint64_t high) {
  integer number;
  if (!scan_integer(number)) return false;
  const bool below_zero = number.negative && number.magnitude != 0;
  if (number.overflows || below_zero || number.magnitude > high) {
    return fail_range(number, "0 to " + std::to_string(high));
  }
  out = number.magnitude;
  return true;
}

bool reader::read(double& out) {
  skip_space();
  const char* const start = at_;
  if (at_ == end_ || (!is_digit(*at_) && *at_ != '-')) return fail_expected("a number");
  std::string_view text;
  bool is_integer = false;
  if (!scan_number(text, is_integer)) return false;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out);
  return parsed.ec == std::errc{} || fail_found(start, "a number in the range of double");
}

}  // namespace weir::json::detail
