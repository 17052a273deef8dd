// SPDX-License-Identifier: Apache-2.0
#include "otlp_answer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "weir/error.hpp"

namespace weir::detail {
namespace {

/// A chunk's size in digits, with what a server may say behind it.
constexpr std::size_t chunk_line_bytes_max = 256;
constexpr int status_no_content = 204;
constexpr int status_not_modified = 304;

[[noreturn]] void break_off(std::string_view why) {
  throw error(errc::protocol, disposition::retry,
              "what answers is no HTTP server, or breaks its protocol: " + std::string(why));
}

bool is_same(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t";
  const std::size_t first = text.find_first_not_of(space);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// All of the text, or nothing.
template <class Number>
std::optional<Number> read_number(std::string_view text, int base = 10) {
  Number value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || failure != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (is_same(trimmed(list.substr(0, end)), word)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

}  // namespace

bool otlp_answer::feed(std::string_view bytes) {
  if (is_whole_) return true;
  pending_ += bytes;
  while (!is_whole_ && take()) continue;
  return is_whole_;
}

void otlp_answer::end() {
  if (is_whole_) return;
  if (at_ != stage::to_end) break_off("the connection ended before the answer did");
  finish(false);
}

/// False where more has to come first.
bool otlp_answer::take() {
  switch (at_) {
    case stage::head:
      return take_head();
    case stage::length:
    case stage::chunk:
      return take_counted();
    case stage::chunk_size:
      return take_chunk_size();
    case stage::chunk_end:
      return take_chunk_end();
    case stage::trailer:
      return take_trailer();
    case stage::to_end:
      keep(std::exchange(pending_, {}));
      return false;
  }
  return false;
}

bool otlp_answer::take_head() {
  const std::size_t end = pending_.find("\r\n\r\n");
  if (std::min(end, pending_.size()) > head_bytes_max) {
    throw error(errc::limit_exceeded, disposition::retry,
                "the head of a collector's answer is longer than " +
                    std::to_string(head_bytes_max) + " bytes");
  }
  if (end == pending_.npos) {
    // What is none is found out at once, not when its head is long enough.
    constexpr std::string_view begin = "HTTP/1.";
    const std::size_t size = std::min(begin.size(), pending_.size());
    if (pending_.compare(0, size, begin, 0, size) != 0) break_off("it begins like none");
    return false;
  }
  const std::string head = pending_.substr(0, end + 2);
  pending_.erase(0, end + 4);
  std::size_t at = head.find("\r\n");
  read_status(std::string_view(head).substr(0, at));
  for (at += 2; at < head.size();) {
    const std::size_t line_end = head.find("\r\n", at);
    read_header(std::string_view(head).substr(at, line_end - at));
    at = line_end + 2;
  }
  return begin_body();
}

void otlp_answer::read_status(std::string_view line) {
  // "HTTP/1.1 200 OK", where the words may be missing.
  const bool has_form = line.size() >= 12 && line.starts_with("HTTP/1.") &&
                        (line[7] == '0' || line[7] == '1') && line[8] == ' ' &&
                        (line.size() == 12 || line[12] == ' ');
  const auto status = has_form ? read_number<int>(line.substr(9, 3)) : std::nullopt;
  if (!status || *status < 100) break_off("its first line tells no status");
  status_ = *status;
  length_.reset();
  is_chunked_ = false;
  keeps_connection_ = line[7] == '1';
  retry_after_.clear();
}

void otlp_answer::read_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos || colon == 0 || line.find_first_of(" \t") < colon) {
    break_off("a line of its head is no header");
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (is_same(name, "Content-Length")) return read_length(value);
  if (is_same(name, "Transfer-Encoding")) {
    if (is_chunked_ || !is_same(value, "chunked")) break_off("its encoding is not known here");
    is_chunked_ = true;
  } else if (is_same(name, "Connection")) {
    if (has_word(value, "close")) keeps_connection_ = false;
    if (has_word(value, "keep-alive")) keeps_connection_ = true;
  } else if (is_same(name, "Retry-After")) {
    retry_after_ = value;
  }
}

void otlp_answer::read_length(std::string_view value) {
  const auto length = read_number<std::uint64_t>(value);
  if (!length || (length_ && *length_ != *length)) break_off("its length is none");
  length_ = length;
}

bool otlp_answer::begin_body() {
  if (is_chunked_ && length_) break_off("it tells its length twice");
  if (status_ < 200) {
    if (++interims_ > interim_max) break_off("it never comes to its end");
    return true;  // The answer itself is behind it.
  }
  const bool is_empty =
      status_ == status_no_content || status_ == status_not_modified || (length_ && *length_ == 0);
  if (is_empty) {
    finish(keeps_connection_);
  } else if (is_chunked_) {
    at_ = stage::chunk_size;
  } else if (length_) {
    at_ = stage::length;
    left_ = *length_;
  } else {
    at_ = stage::to_end;
  }
  return true;
}

bool otlp_answer::take_counted() {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, pending_.size()));
  keep(std::string_view(pending_).substr(0, count));
  pending_.erase(0, count);
  left_ -= count;
  if (is_whole_ || left_ > 0) return false;
  if (at_ == stage::length) {
    finish(keeps_connection_);
  } else {
    at_ = stage::chunk_end;
  }
  return true;
}

std::optional<std::string_view> otlp_answer::next_line(std::size_t bytes_max) {
  const std::size_t end = pending_.find("\r\n");
  const std::size_t size = end == pending_.npos ? pending_.size() - pending_.ends_with('\r') : end;
  if (size > bytes_max) break_off("a line between its parts is too long");
  if (end == pending_.npos) return std::nullopt;
  return std::string_view(pending_).substr(0, end);
}

bool otlp_answer::take_chunk_size() {
  const auto line = next_line(chunk_line_bytes_max);
  if (!line) return false;
  const auto size = read_number<std::uint64_t>(trimmed(line->substr(0, line->find(';'))), 16);
  if (!size) break_off("a part of it has no size");
  pending_.erase(0, line->size() + 2);
  left_ = *size;
  at_ = left_ == 0 ? stage::trailer : stage::chunk;
  return true;
}

bool otlp_answer::take_chunk_end() {
  const auto line = next_line(0);
  if (!line) return false;
  pending_.erase(0, 2);
  at_ = stage::chunk_size;
  return true;
}

bool otlp_answer::take_trailer() {
  const auto line = next_line(head_bytes_max);
  if (!line) return false;
  const std::size_t size = line->size();
  trailer_bytes_ += size;
  if (trailer_bytes_ > head_bytes_max) break_off("there is too much behind its body");
  pending_.erase(0, size + 2);
  if (size == 0) finish(keeps_connection_);
  return true;
}

void otlp_answer::keep(std::string_view part) {
  const std::size_t room = body_bytes_max - body_.size();
  body_ += part.substr(0, room);
  // Its status is known, and that is what counts.
  if (part.size() > room) finish(false);
}

void otlp_answer::finish(bool keeps) {
  is_whole_ = true;
  // What comes unasked would be taken for the next answer.
  keeps_connection_ = keeps && pending_.empty();
}

std::optional<duration> otlp_answer::retry_after(std::chrono::system_clock::time_point now) const {
  constexpr std::int64_t seconds_max = 24 * 60 * 60;  // What is longer is as good as that.
  if (const auto seconds = read_number<std::uint64_t>(retry_after_)) {
    return std::chrono::seconds(std::min<std::uint64_t>(*seconds, seconds_max));
  }
  const auto when = read_http_date(retry_after_);
  if (!when) return std::nullopt;
  const auto left = std::clamp<std::int64_t>(
      std::chrono::ceil<std::chrono::seconds>(*when - now).count(), 0, seconds_max);
  return std::chrono::seconds(left);
}

std::optional<std::chrono::sys_seconds> read_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::string_view form = "Sun, 06 Nov 1994 08:49:37 GMT";
  if (text.size() != form.size()) return std::nullopt;
  for (const std::size_t at : {3, 4, 7, 11, 16, 19, 22, 25, 26, 27, 28}) {
    if (text[at] != form[at]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t size) {
    return read_number<unsigned>(text.substr(at, size));
  };
  const auto day = number(5, 2);
  const auto year = number(12, 4);
  const auto hour = number(17, 2);
  const auto minute = number(20, 2);
  const auto second = number(23, 2);
  const auto month = std::ranges::find(months, text.substr(8, 3));
  if (!day || !year || !hour || !minute || !second || month == months.end()) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(static_cast<int>(*year)),
      std::chrono::month(static_cast<unsigned>(month - months.begin()) + 1),
      std::chrono::day(*day)};
  // A minute may have 61 seconds.
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

}  // namespace weir::detail
