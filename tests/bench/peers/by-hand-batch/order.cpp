// SPDX-License-Identifier: Apache-2.0
#include "order.hpp"

#include <simdjson.h>

#include <charconv>
#include <chrono>
#include <stdexcept>

namespace by_hand {
namespace {

constexpr std::size_t uuid_characters = 36;
constexpr std::size_t seconds_characters = 19;  // 2026-01-01T00:00:00
constexpr std::size_t fraction_digits = 6;

[[noreturn]] void refuse(std::string_view text) {
  throw std::runtime_error("not a value of an order: " + std::string(text));
}

char digit_of(char character) {
  if (character >= '0' && character <= '9') return static_cast<char>(character - '0');
  if (character >= 'a' && character <= 'f') return static_cast<char>(character - 'a' + 10);
  refuse({&character, 1});
}

uuid_bytes read_uuid(std::string_view text) {
  if (text.size() != uuid_characters) refuse(text);
  uuid_bytes bytes;
  std::size_t at = 0;
  for (char& byte : bytes) {
    if (text[at] == '-') ++at;
    byte = static_cast<char>(digit_of(text[at]) << 4 | digit_of(text[at + 1]));
    at += 2;
  }
  return bytes;
}

int number_in(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  const auto read = std::from_chars(text.data() + at, text.data() + at + digits, value);
  if (read.ec != std::errc() || read.ptr != text.data() + at + digits) refuse(text);
  return value;
}

/// RFC 3339 in UTC, as all who publish orders here write it.
std::int64_t read_time(std::string_view text) {
  using namespace std::chrono;
  if (text.size() <= seconds_characters || text.back() != 'Z') refuse(text);
  const auto date = year(number_in(text, 0, 4)) / number_in(text, 5, 2) / number_in(text, 8, 2);
  constexpr auto first = sys_days(year(2000) / January / 1);
  const microseconds whole = sys_days(date) - first + hours(number_in(text, 11, 2)) +
                             minutes(number_in(text, 14, 2)) + seconds(number_in(text, 17, 2));
  const std::size_t digits = text.size() - seconds_characters - 1;  // the point and all behind it
  if (digits == 0) return whole.count();
  if (digits > fraction_digits + 1) refuse(text);
  std::int64_t fraction = number_in(text, seconds_characters + 1, digits - 1);
  for (std::size_t more = digits - 1; more < fraction_digits; ++more) fraction *= 10;
  return whole.count() + fraction;
}

}  // namespace

order read_order(std::string_view json) {
  static simdjson::ondemand::parser parser;
  auto document =
      parser.iterate(json.data(), json.size(), json.size() + simdjson::SIMDJSON_PADDING).value();
  order made;
  made.order_id_text = document["order_id"].get_string().value();
  made.order_id = read_uuid(made.order_id_text);
  made.user_id = read_uuid(document["user_id"].get_string().value());
  made.amount_cents = document["amount_cents"].get_int64().value();
  made.created_at = read_time(document["created_at"].get_string().value());
  return made;
}

}  // namespace by_hand
