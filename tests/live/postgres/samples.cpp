// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace weir::test::samples {

using std::chrono::microseconds;

std::vector<numeric> numbers() {
  std::vector<numeric> all{numeric(), numeric::nan(), numeric::infinity(),
                           numeric::minus_infinity()};
  for (const char* text : {"0.000", "-1", "1.50", "10000", "99999999.00000001", "-0.0001",
                           "1e131071", "1e-16383", "-1e-5"}) {
    all.emplace_back(text);
  }
  all.emplace_back(std::string(131'072, '9') + "." + std::string(16'383, '9'));
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) {
    const auto digits = static_cast<std::int64_t>(random());
    all.emplace_back(std::to_string(digits) + "e" + std::to_string(random() % 80));
    all.emplace_back(std::to_string(digits) + "e-" + std::to_string(random() % 80));
  }
  return all;
}

std::vector<date> dates() {
  std::vector<date> all{date(), date::first(), date::last(), date::infinity(),
                        date::minus_infinity()};
  for (const char* text : {"2024-02-29", "0001-01-01", "0001-12-31 BC", "9999-12-31"}) {
    all.push_back(date::parse(text).value());
  }
  std::mt19937_64 random(weir::test::seed());
  using std::chrono::days;
  std::uniform_int_distribution<std::int64_t> any(date::first().day().time_since_epoch().count(),
                                                  date::last().day().time_since_epoch().count());
  std::uniform_int_distribution<std::int64_t> near(-1'000'000, 1'000'000);
  for (int i = 0; i < random_count; ++i) {
    all.emplace_back(std::chrono::sys_days(days(any(random))));
    all.emplace_back(std::chrono::sys_days(days(near(random))));
  }
  return all;
}

std::vector<time_of_day> times_of_day() {
  std::vector<time_of_day> all{time_of_day(), time_of_day::end_of_day(),
                               time_of_day(microseconds(1))};
  std::mt19937_64 random(weir::test::seed());
  const std::int64_t day = time_of_day::end_of_day().since_midnight().count();
  std::uniform_int_distribution<std::int64_t> any(0, day);
  for (int i = 0; i < random_count; ++i) {
    all.emplace_back(microseconds(any(random)));
    all.emplace_back(microseconds(any(random) / 1'000'000 * 1'000'000));
  }
  return all;
}

std::vector<local_timestamp> local_timestamps() {
  std::vector<local_timestamp> all{local_timestamp(), local_timestamp::first(),
                                   local_timestamp::last(), local_timestamp::infinity(),
                                   local_timestamp::minus_infinity()};
  std::mt19937_64 random(weir::test::seed());
  const auto first = local_timestamp::first().time().time_since_epoch().count();
  const auto last = local_timestamp::last().time().time_since_epoch().count();
  std::uniform_int_distribution<std::int64_t> any(first, last);
  for (int i = 0; i < random_count; ++i) {
    all.emplace_back(local_timestamp::time_type(microseconds(any(random))));
    all.emplace_back(local_timestamp::time_type(microseconds(any(random) / 1000)));
  }
  return all;
}

std::vector<interval> intervals() {
  using limits = std::numeric_limits<std::int32_t>;
  std::vector<interval> all{
      interval(),
      {.months = 14, .days = -3, .time = microseconds(1'500'000)},
      {.months = limits::max(), .days = limits::max(), .time = microseconds::max() / 2},
      {.months = limits::min(), .days = limits::min(), .time = microseconds::min() / 2},
      {.time = microseconds::max()},
      {.time = microseconds::min()}};
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < 2 * random_count; ++i) {
    // Fields of all magnitudes, and zeros among them.
    all.push_back({.months = static_cast<std::int32_t>(random()) >> (random() % 32),
                   .days = static_cast<std::int32_t>(random()) >> (random() % 32),
                   .time = microseconds(static_cast<std::int64_t>(random()) >> (random() % 64))});
  }
  return all;
}

std::vector<float> floats() {
  using limits = std::numeric_limits<float>;
  std::vector<float> all{0.0f,
                         -0.0f,
                         0.1f,
                         limits::lowest(),
                         limits::max(),
                         limits::min(),
                         limits::denorm_min(),
                         limits::infinity(),
                         -limits::infinity(),
                         limits::quiet_NaN()};
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) {
    const auto any = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!std::isnan(any)) all.push_back(any);
    all.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random() >> 41)));
  }
  return all;
}

std::vector<inet> addresses() {
  std::vector<inet> all{inet()};
  for (const char* text :
       {"192.168.1.5/24", "255.255.255.255/0", "::", "::1", "::2", "1::", "2001:db8::1/64",
        "::ffff:1.2.3.4", "::1.2.3.4", "::fffe:1.2.3.4", "1:0:0:2:0:0:0:3/1", "1:0:0:2:3:0:0:4",
        "1:2:3:4:5:6:7:0", "0:2::", "::1:0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
    all.push_back(inet::parse(text).value());
  }
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) {
    inet::v4_bytes four{};
    for (std::uint8_t& byte : four) byte = static_cast<std::uint8_t>(random());
    all.push_back(inet::v4(four, static_cast<unsigned>(random() % 33)));
    inet::v6_bytes six{};
    // Words of zeros are what the text form is about.
    for (std::size_t at = 0; at < six.size(); at += 2) {
      if (random() % 2 == 0) continue;
      six[at] = static_cast<std::uint8_t>(random() % 3 == 0 ? 0 : random());
      six[at + 1] = static_cast<std::uint8_t>(random());
    }
    all.push_back(inet::v6(six, static_cast<unsigned>(random() % 129)));
  }
  return all;
}

std::vector<numeric> short_numbers() {
  std::vector<numeric> all = numbers();
  std::erase_if(all, [](const numeric& value) { return value.to_string().size() > 200; });
  return all;
}

std::vector<timestamp> timestamps() {
  std::vector<timestamp> all;
  for (const local_timestamp& time : local_timestamps()) {
    all.emplace_back(time.time().time_since_epoch());
  }
  return all;
}

std::vector<bool> truths() {
  std::vector<bool> all{false, true};
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) all.push_back(random() % 2 == 0);
  return all;
}

std::vector<double> doubles() {
  using limits = std::numeric_limits<double>;
  std::vector<double> all{0.0,
                          -0.0,
                          0.1,
                          limits::lowest(),
                          limits::max(),
                          limits::min(),
                          limits::denorm_min(),
                          0x1p53,
                          limits::infinity(),
                          -limits::infinity(),
                          limits::quiet_NaN()};
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) {
    // Of all magnitudes, denormals among them; one NaN is enough.
    const auto any = std::bit_cast<double>(random());
    if (!std::isnan(any)) all.push_back(any);
    all.push_back(std::bit_cast<double>(random() >> 12));
  }
  return all;
}

namespace {

void put_utf8(std::string& out, char32_t c) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else {
    if (c < 0x10000) {
      put(0xe0 | c >> 12);
    } else {
      put(0xf0 | c >> 18);
      put(0x80 | (c >> 12 & 0x3f));
    }
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

/// A character of a random length in UTF-8; neither zero nor half of a pair.
char32_t any_character(std::mt19937_64& random) {
  constexpr std::pair<char32_t, char32_t> lengths[] = {
      {0x01, 0x7f}, {0x80, 0x7ff}, {0x800, 0xd7ff}, {0xe000, 0xffff}, {0x10000, 0x10ffff}};
  const auto [first, last] = lengths[random() % std::size(lengths)];
  return first + static_cast<char32_t>(random() % (last - first + 1));
}

}  // namespace

std::vector<std::string> texts() {
  std::vector<std::string> all{"",
                               "a",
                               "NULL",
                               "null",
                               "{\"}",
                               "(a,\"b\")",
                               "\\",
                               "\"",
                               "'",
                               " a b ",
                               "\t\r\n\v\f",
                               "\\x00",
                               std::string(100'000, 'x')};
  std::string ends;
  for (const char32_t c : {0x01, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xffff,
                           0x10000, 0x1f4b6, 0x10ffff}) {
    put_utf8(ends, c);
  }
  all.push_back(ends);
  std::mt19937_64 random(weir::test::seed());
  constexpr std::string_view special = "\\\"'(){},; \n\tNULnul0";
  for (int i = 0; i < random_count; ++i) {
    std::string text;
    for (auto left = random() % 40; left > 0; --left) {
      if (random() % 2 == 0) {
        put_utf8(text, any_character(random));
      } else {
        text += special[random() % special.size()];
      }
    }
    all.push_back(std::move(text));
  }
  return all;
}

std::vector<bytes> blobs() {
  bytes every;
  for (int i = 0; i < 256; ++i) every.push_back(static_cast<std::byte>(i));
  std::vector<bytes> all{bytes{}, bytes{std::byte{0}}, every};
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) {
    bytes blob(random() % 300);
    for (std::byte& byte : blob) byte = static_cast<std::byte>(random());
    all.push_back(std::move(blob));
  }
  return all;
}

std::vector<uuid> ids() {
  uuid::byte_array highest{};
  highest.fill(0xff);
  std::vector<uuid> all{uuid(), uuid(highest), uuid::random(), uuid::v7(timestamp())};
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) {
    uuid::byte_array raw{};
    for (auto& byte : raw) byte = static_cast<std::uint8_t>(random());
    all.emplace_back(raw);
  }
  return all;
}

namespace {

std::string document(std::mt19937_64& random, int depth) {
  switch (random() % (depth > 0 ? 6 : 4)) {
    case 0:
      return "null";
    case 1:
      return random() % 2 == 0 ? "true" : "false";
    case 2:
      return std::to_string(static_cast<std::int64_t>(random())) + ".50";
    case 3: {
      std::string text = "\"";
      for (auto left = random() % 9; left > 0; --left) put_utf8(text, 0xa0 + random() % 0xd000);
      return text + '"';
    }
    case 4: {
      std::string list = "[";
      for (auto left = random() % 4; left > 0; --left) {
        list += document(random, depth - 1) + (left > 1 ? ", " : "");
      }
      return list + "]";
    }
    default:
      return "{\"\\\"\": " + document(random, depth - 1) +
             ", \"key\": " + document(random, depth - 1) + "}";
  }
}

}  // namespace

std::vector<jsonb> documents() {
  std::vector<jsonb> all{jsonb{"null"}, jsonb{"{\"a\": [1, 2, \"x\"]}"}, jsonb{"[]"}, jsonb{"{}"},
                         jsonb{"123456789012345678901234567890"}};
  std::mt19937_64 random(weir::test::seed());
  constexpr int depth = 4;
  for (int i = 0; i < random_count; ++i) all.push_back({document(random, depth)});
  return all;
}

}  // namespace weir::test::samples
