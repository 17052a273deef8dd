// SPDX-License-Identifier: Apache-2.0
#include "next_request.hpp"

#include <charconv>

#include "weir/event/json.hpp"

namespace weir::nats::detail::model {
namespace {

/// Digits behind the point, without zeros at the end: 1500 of 1000 is "1.5".
std::string with_fraction(std::int64_t amount, std::int64_t unit) {
  std::string text = std::to_string(amount / unit);
  std::string fraction = std::to_string(unit + amount % unit).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return fraction.empty() ? text : text + "." + fraction;
}

}  // namespace

std::optional<next_request> read_next_request(std::string_view body) {
  next_request read;
  read.batch = 1;
  const std::size_t begin = body.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return read;
  if (body[begin] == '{') {
    auto decoded = json::decode<next_request>(body);
    if (!decoded.has_value()) return std::nullopt;
    // One without a number is served once, although the server counts it as none.
    if (!decoded->batch) decoded->batch = 0;
    return *decoded;
  }
  std::int64_t count = 0;
  const auto parsed = std::from_chars(body.data() + begin, body.data() + body.size(), count);
  if (parsed.ec == std::errc()) read.batch = count;
  return read;
}

std::string span_text(duration span) {
  const std::int64_t total = span.count();
  constexpr std::int64_t second = 1'000'000'000;
  if (total == 0) return "0s";
  if (total < 1000) return std::to_string(total) + "ns";
  if (total < 1'000'000) return with_fraction(total, 1000) + "\u00b5s";
  if (total < second) return with_fraction(total, 1'000'000) + "ms";
  const std::int64_t minutes = total / (60 * second);
  const std::string seconds = with_fraction(total % (60 * second), second) + "s";
  if (minutes == 0) return seconds;
  const std::string tail = std::to_string(minutes % 60) + "m" + seconds;
  return minutes < 60 ? tail : std::to_string(minutes / 60) + "h" + tail;
}

}  // namespace weir::nats::detail::model
