// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "seed.hpp"
#include "weir/postgres/inet.hpp"
#include "weir/postgres/interval.hpp"
#include "weir/postgres/jsonb.hpp"
#include "weir/postgres/range.hpp"
#include "weir/postgres/time_of_day.hpp"
#include "weir/uuid.hpp"

// Values of each type: its extremes, what is special about it, and random ones by the seed. As
// functions, because g++ 14 fails on a braced list of objects within a co_await expression.
namespace weir::test::samples {

using postgres::date;
using postgres::inet;
using postgres::interval;
using postgres::jsonb;
using postgres::local_timestamp;
using postgres::numeric;
using postgres::range;
using postgres::range_bound;
using postgres::time_of_day;
using bytes = std::vector<std::byte>;

/// How many random values of a type there are.
inline constexpr int random_count = 100;

std::vector<bool> truths();
std::vector<numeric> numbers();
std::vector<date> dates();
std::vector<time_of_day> times_of_day();
std::vector<local_timestamp> local_timestamps();
std::vector<interval> intervals();
std::vector<float> floats();
std::vector<inet> addresses();
std::vector<numeric> short_numbers();
std::vector<timestamp> timestamps();
std::vector<double> doubles();
/// Text of all kinds of UTF-8: of one to four bytes, the ends of each, and what arrays quote.
std::vector<std::string> texts();
std::vector<bytes> blobs();
std::vector<uuid> ids();
/// In the form in which the server gives jsonb back.
std::vector<jsonb> documents();

/// Every kind of range between pairs of these values, the smaller one first.
template <class T>
std::vector<range<T>> ranges(const std::vector<T>& values) {
  using bound = range_bound<T>;
  std::vector<range<T>> all{range<T>(), range<T>::everything()};
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) {
    T low = values[random() % values.size()];
    T high = values[random() % values.size()];
    if (high < low) std::swap(low, high);
    const auto end_at = [&](const T& value) -> bound {
      const auto kind = random() % 4;
      if (kind == 0) return bound::unbounded();
      return kind == 1 ? bound::exclusive(value) : bound::inclusive(value);
    };
    bound lower = end_at(low);
    bound upper = end_at(high);
    all.emplace_back(std::move(lower), std::move(upper));
  }
  return all;
}

/// The same in the form that the server gives ranges of what can be counted: with the lower end and
/// without the upper one.
template <class T>
std::vector<range<T>> counted_ranges(std::vector<T> values) {
  std::vector<range<T>> all{range<T>(), range<T>::everything()};
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) {
    T low = values[random() % values.size()];
    T high = values[random() % values.size()];
    if (high < low) std::swap(low, high);
    all.emplace_back(low, high);
    all.push_back(range<T>::from(low));
    all.push_back(range<T>::until(high));
  }
  return all;
}

template <class Integer>
std::vector<Integer> integers() {
  using limits = std::numeric_limits<Integer>;
  std::vector<Integer> all{limits::min(), -1, 0, 1, limits::max()};
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) all.push_back(static_cast<Integer>(random()));
  return all;
}

}  // namespace weir::test::samples
