// SPDX-License-Identifier: Apache-2.0
#include "ack_subject.hpp"

#include <array>
#include <charconv>

namespace weir::nats::detail {
namespace {

constexpr std::size_t tokens_without_domain = 9;
constexpr std::size_t tokens_with_domain = 11;
constexpr std::size_t tokens_max = 12;

bool read_number(std::string_view text, std::uint64_t& value) {
  const auto read = std::from_chars(text.begin(), text.end(), value);
  return read.ec == std::errc() && read.ptr == text.end();
}

}  // namespace

std::optional<delivery_info> parse_ack_subject(std::string_view reply) {
  if (!reply.starts_with("$JS.ACK.")) return std::nullopt;
  std::array<std::string_view, tokens_max> tokens;
  std::size_t count = 0;
  for (bool more = true; more; ++count) {
    if (count == tokens_max) return std::nullopt;
    const std::size_t point = reply.find('.');
    tokens[count] = reply.substr(0, point);
    more = point != std::string_view::npos;
    if (more) reply.remove_prefix(point + 1);
  }
  if (count != tokens_without_domain && count < tokens_with_domain) return std::nullopt;
  const std::size_t at = count == tokens_without_domain ? 2 : 4;
  delivery_info info;
  info.stream = tokens[at];
  info.consumer = tokens[at + 1];
  if (info.stream.empty() || info.consumer.empty()) return std::nullopt;
  std::uint64_t nanoseconds = 0;
  if (!read_number(tokens[at + 2], info.delivered) ||
      !read_number(tokens[at + 3], info.stream_sequence) ||
      !read_number(tokens[at + 4], info.consumer_sequence) ||
      !read_number(tokens[at + 5], nanoseconds) || !read_number(tokens[at + 6], info.pending))
    return std::nullopt;
  // Servers count all of these from 1.
  if (info.delivered == 0 || info.stream_sequence == 0 || info.consumer_sequence == 0 ||
      nanoseconds == 0)
    return std::nullopt;
  info.time = timestamp(std::chrono::microseconds(nanoseconds / 1000));
  return info;
}

}  // namespace weir::nats::detail
