// SPDX-License-Identifier: Apache-2.0
#include "weir/service/cron.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "weir/error.hpp"

namespace weir {
namespace {

using namespace std::chrono;

/// A leap day comes after eight years at the latest, around the turn of most centuries.
constexpr days search_max{366 * 9};

struct field {
  std::string_view name;
  unsigned low, high;
};
constexpr std::array<field, 5> fields = {{{"minute", 0, 59},
                                          {"hour", 0, 23},
                                          {"day of the month", 1, 31},
                                          {"month", 1, 12},
                                          {"day of the week", 0, 7}}};

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw error(errc::invalid_argument, disposition::permanent,
              fmt::format("\"{}\" is no time of cron: {}", text, why));
}

/// Takes the text apart; each step gives a number or a sign.
class field_reader {
 public:
  field_reader(std::string_view all, const field& of, std::string_view text)
      : all_(all), field_(of), rest_(text) {}

  template <std::size_t Size>
  void read(std::bitset<Size>& into) {
    do {
      unsigned low = field_.low;
      unsigned high = field_.high;
      if (!take('*')) {
        low = high = number(field_.low, field_.high);
        if (take('-')) high = number(low, field_.high);
        // "5/10": from the fifth on.
        if (!rest_.empty() && rest_.front() == '/' && high == low) high = field_.high;
      }
      const unsigned step = take('/') ? number(1, field_.high) : 1;
      for (unsigned at = low; at <= high; at += step) into.set(at);
    } while (take(','));
    if (!rest_.empty()) wrong();
  }

 private:
  bool take(char sign) {
    if (rest_.empty() || rest_.front() != sign) return false;
    rest_.remove_prefix(1);
    return true;
  }

  unsigned number(unsigned low, unsigned high) {
    unsigned value = 0;
    const auto [end, failure] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (failure != std::errc() || value < low || value > high) wrong();
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  [[noreturn]] void wrong() const {
    refuse(all_, fmt::format("the {} is numbers from {} to {}, ranges and lists of them, or *",
                             field_.name, field_.low, field_.high));
  }

  std::string_view all_;
  const field& field_;
  std::string_view rest_;
};

std::array<std::string_view, 5> split(std::string_view text) {
  std::array<std::string_view, 5> parts;
  std::size_t count = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    if (space > 0) {
      if (count == parts.size()) refuse(text, "it has more than five fields");
      parts[count++] = rest.substr(0, space);
    }
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
  if (count < parts.size()) refuse(text, "it has fewer than five fields");
  return parts;
}

}  // namespace

cron::cron(std::string_view text) : text_(text) {
  const auto parts = split(text);
  field_reader(text, fields[0], parts[0]).read(minutes_);
  field_reader(text, fields[1], parts[1]).read(hours_);
  field_reader(text, fields[2], parts[2]).read(days_);
  field_reader(text, fields[3], parts[3]).read(months_);
  field_reader(text, fields[4], parts[4]).read(weekdays_);
  any_day_ = parts[2].starts_with('*');
  any_weekday_ = parts[4].starts_with('*');
  if (weekdays_.test(7)) weekdays_.set(0);
  next(timestamp());  // Throws for what can never come.
}

bool cron::fits(year_month_day day) const {
  if (!months_.test(static_cast<unsigned>(day.month()))) return false;
  const bool by_day = days_.test(static_cast<unsigned>(day.day()));
  const bool by_weekday = weekdays_.test(weekday(sys_days(day)).c_encoding());
  if (any_day_ || any_weekday_) return by_day && by_weekday;
  return by_day || by_weekday;
}

timestamp cron::next(timestamp after) const {
  const auto first = floor<minutes>(after) + minutes(1);
  const sys_days first_day = floor<days>(first);
  for (sys_days day = first_day; day < first_day + search_max; day += days(1)) {
    if (!fits(year_month_day(day))) continue;
    const auto from = day == first_day ? first - day : minutes(0);
    for (auto at = duration_cast<minutes>(from); at < days(1); at += minutes(1)) {
      const auto hour = static_cast<std::size_t>(at / hours(1));
      if (hours_.test(hour) && minutes_.test(static_cast<std::size_t>((at % hours(1)).count()))) {
        return day + at;
      }
    }
  }
  refuse(text_, "no day of any year is such a one");
}

}  // namespace weir
