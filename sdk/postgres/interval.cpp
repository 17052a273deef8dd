// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/interval.hpp"

#include <limits>

#include "calendar_text.hpp"
#include "value_reader.hpp"
#include "weir/postgres/detail/value_codec.hpp"

namespace weir::postgres {
namespace {

constexpr std::int32_t months_per_year = 12;
/// As many as 2^63 microseconds make.
constexpr std::size_t hour_digits_max = 10;
constexpr std::size_t count_digits_max = 10;

/// Writes the parts of an interval as the server does: a sign stands before what is negative, and
/// a plus before what is positive behind something negative.
class interval_writer {
 public:
  void part(std::int32_t value, std::string_view unit) {
    if (value == 0) return;
    separate();
    if (is_after_negative_ && value > 0) text_.push_back('+');
    text_ += std::to_string(value);
    text_.push_back(' ');
    text_ += unit;
    if (value != 1) text_.push_back('s');
    is_after_negative_ = value < 0;
  }

  void clock(std::int64_t micros) {
    if (micros == 0 && !text_.empty()) return;
    separate();
    auto magnitude = static_cast<std::uint64_t>(micros);
    if (micros < 0) {
      text_.push_back('-');
      magnitude = 0 - magnitude;
    } else if (is_after_negative_) {
      text_.push_back('+');
    }
    detail::write_clock(text_, magnitude);
  }

  std::string take() { return std::move(text_); }

 private:
  void separate() {
    if (!text_.empty()) text_.push_back(' ');
  }

  std::string text_;
  bool is_after_negative_ = false;
};

/// Reads the parts of an interval, each of which may be missing.
class interval_reader {
 public:
  explicit interval_reader(std::string_view text) : reader_(text) {}

  std::int64_t part(std::string_view unit) {
    detail::text_reader attempt = begin();
    const bool is_negative = take_sign(attempt);
    const std::int64_t value = attempt.number(1, count_digits_max);
    attempt.expect(" ");
    attempt.expect(unit);
    attempt.skip("s");
    if (!keep(attempt)) return 0;
    return is_negative ? -value : value;
  }

  /// Nothing when the clock tells more than std::int64_t can hold.
  std::optional<std::int64_t> clock() {
    detail::text_reader attempt = begin();
    const bool is_negative = take_sign(attempt);
    const std::uint64_t magnitude = attempt.clock(hour_digits_max);
    if (!keep(attempt)) return 0;
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (magnitude > largest + (is_negative ? 1 : 0)) return std::nullopt;
    return static_cast<std::int64_t>(is_negative ? 0 - magnitude : magnitude);
  }

  bool finished() const { return has_parts_ && reader_.finished(); }

 private:
  detail::text_reader begin() const {
    detail::text_reader attempt = reader_;
    if (has_parts_) attempt.expect(" ");
    return attempt;
  }
  static bool take_sign(detail::text_reader& attempt) {
    return !attempt.skip("+") && attempt.skip("-");
  }
  bool keep(const detail::text_reader& attempt) {
    if (attempt.failed()) return false;
    reader_ = attempt;
    has_parts_ = true;
    return true;
  }

  detail::text_reader reader_;
  bool has_parts_ = false;
};

bool fits_field(std::int64_t value) {
  using limits = std::numeric_limits<std::int32_t>;
  return value >= limits::min() && value <= limits::max();
}

}  // namespace

std::optional<interval> interval::parse(std::string_view text) {
  interval_reader reader(text);
  const std::int64_t years = reader.part("year");
  const std::int64_t months = years * months_per_year + reader.part("mon");
  const std::int64_t days = reader.part("day");
  const std::optional<std::int64_t> micros = reader.clock();
  if (!reader.finished() || !micros || !fits_field(months) || !fits_field(days)) {
    return std::nullopt;
  }
  return interval{.months = static_cast<std::int32_t>(months),
                  .days = static_cast<std::int32_t>(days),
                  .time = std::chrono::microseconds(*micros)};
}

std::string interval::to_string() const {
  interval_writer writer;
  writer.part(months / months_per_year, "year");
  writer.part(months % months_per_year, "mon");
  writer.part(days, "day");
  writer.clock(time.count());
  return writer.take();
}

namespace detail {

void codec<interval>::encode(std::string& out, const interval& value) {
  put_big_endian(out, static_cast<std::uint64_t>(value.time.count()));
  put_big_endian(out, static_cast<std::uint32_t>(value.days));
  put_big_endian(out, static_cast<std::uint32_t>(value.months));
}

interval codec<interval>::decode(std::string_view bytes, oid) {
  value_reader reader(bytes, name);
  interval value;
  value.time = std::chrono::microseconds(static_cast<std::int64_t>(reader.number<std::uint64_t>()));
  value.days = static_cast<std::int32_t>(reader.number<std::uint32_t>());
  value.months = static_cast<std::int32_t>(reader.number<std::uint32_t>());
  reader.finish();
  return value;
}

}  // namespace detail
}  // namespace weir::postgres
