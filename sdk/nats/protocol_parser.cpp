// SPDX-License-Identifier: Apache-2.0
#include "protocol_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "quoted_text.hpp"
#include "weir/error.hpp"

namespace weir::nats::detail {
namespace {

constexpr std::string_view line_end = "\r\n";
/// A read of less is not worth its call.
constexpr std::size_t read_bytes_min = std::size_t{32} << 10;
/// What a refusal shows of the line that it is about.
constexpr std::size_t shown_bytes = 80;
/// MSG subject sid [reply] size; HMSG subject sid [reply] header-size size.
constexpr std::size_t words_max = 5;

[[noreturn]] void refuse(std::string_view line, std::string_view problem) {
  throw error(errc::protocol, disposition::retry,
              "the server does not speak NATS: " + std::string(problem) + " in " +
                  quoted_text(line.substr(0, shown_bytes)));
}

struct words {
  std::array<std::string_view, words_max> text;
  std::size_t count = 0;
};

words split(std::string_view line, std::string_view whole) {
  words found;
  // Servers put single spaces; the protocol allows tabs.
  const bool has_tabs = line.find('\t') != std::string_view::npos;
  while (!line.empty()) {
    const std::size_t blank = has_tabs ? line.find_first_of(" \t") : line.find(' ');
    const std::size_t end = std::min(blank, line.size());
    if (end > 0) {
      if (found.count == words_max) refuse(whole, "there are too many words");
      found.text[found.count++] = line.substr(0, end);
    }
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return found;
}

std::uint64_t number(std::string_view digits, std::string_view line) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size())
    refuse(line, "a word that should be a number is none");
  return value;
}

std::string_view without_quotes(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" '");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" '") - first + 1);
}

}  // namespace

std::span<std::byte> protocol_parser::space() {
  make_room();
  return std::span(bytes_).subspan(end_);
}

void protocol_parser::make_room() {
  const std::size_t size = end_ - begin_;
  const std::size_t wanted = std::max({buffer_bytes, needed_, size + read_bytes_min});
  if (size == 0) begin_ = end_ = 0;
  if (bytes_.size() > buffer_bytes && wanted == buffer_bytes) {
    // The large message is gone, so is its memory.
    std::vector<std::byte> smaller(buffer_bytes);
    std::memcpy(smaller.data(), bytes_.data() + begin_, size);
    bytes_.swap(smaller);
  } else if (bytes_.size() - begin_ < std::max(needed_, size + read_bytes_min)) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, size);
    if (bytes_.size() < wanted) bytes_.resize(wanted);
  } else {
    return;
  }
  begin_ = 0;
  end_ = size;
}

void protocol_parser::take(std::size_t size, protocol_handler& handler) {
  end_ += size;
  while (end_ - begin_ >= std::max<std::size_t>(needed_, 1) && take_one(handler)) {
  }
}

bool protocol_parser::take_one(protocol_handler& handler) {
  const std::string_view bytes = unread();
  const std::size_t end = bytes.find(line_end, scanned_);
  if (std::min(end, bytes.size()) > line_bytes_max) refuse(bytes, "a line has no end");
  if (end == std::string_view::npos) {
    scanned_ = bytes.size() - 1;  // The last byte may be half of an end.
    return false;
  }
  const std::string_view line = bytes.substr(0, end);
  if (line.starts_with("MSG ")) return take_message(line, false, handler);
  if (line.starts_with("HMSG ")) return take_message(line, true, handler);
  begin_ += end + line_end.size();
  scanned_ = 0;
  if (line == "PING") {
    handler.on_ping();
  } else if (line == "PONG") {
    handler.on_pong();
  } else if (line.starts_with("INFO ")) {
    handler.on_info(line.substr(5));
  } else if (line.starts_with("-ERR")) {
    handler.on_error(without_quotes(line.substr(4)));
  } else if (line != "+OK") {
    refuse(line, "there is no such operation");
  }
  return true;
}

bool protocol_parser::take_message(std::string_view line, bool has_headers,
                                   protocol_handler& handler) {
  const std::size_t sizes = has_headers ? 2 : 1;
  const words found = split(line.substr(has_headers ? 5 : 4), line);
  if (found.count < 2 + sizes || found.count > 3 + sizes) refuse(line, "the words are not right");
  const std::uint64_t size = number(found.text[found.count - 1], line);
  const std::uint64_t headers = has_headers ? number(found.text[found.count - 2], line) : 0;
  if (size > message_bytes_max) refuse(line, "a message is too large");
  if (headers > size) refuse(line, "the headers are larger than their message");
  const std::size_t body_at = line.size() + line_end.size();
  const std::size_t whole = body_at + static_cast<std::size_t>(size) + line_end.size();
  if (end_ - begin_ < whole) {
    needed_ = whole;
    scanned_ = 0;
    return false;
  }
  const std::string_view body = unread().substr(body_at, static_cast<std::size_t>(size));
  if (unread().substr(whole - line_end.size(), line_end.size()) != line_end)
    refuse(line, "no end stands behind the message");
  const message_parts parts{.subject = found.text[0],
                            .reply = found.count == 3 + sizes ? found.text[2] : std::string_view(),
                            .headers = body.substr(0, static_cast<std::size_t>(headers)),
                            .payload = body.substr(static_cast<std::size_t>(headers))};
  const std::uint64_t subscription = number(found.text[1], line);
  begin_ += whole;
  scanned_ = needed_ = 0;
  handler.on_message(subscription, parts);
  return true;
}

}  // namespace weir::nats::detail
