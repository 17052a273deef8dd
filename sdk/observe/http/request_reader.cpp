// SPDX-License-Identifier: Apache-2.0
#include "request_reader.hpp"

#include <cstring>
#include <utility>

namespace weir::http {

request_reader::step request_reader::next() noexcept {
  if (head_size_ == 0) {
    step reading = read_head();
    if (head_size_ == 0) return reading;
  }
  if (size_ - head_size_ < head_.body_bytes) {
    const bool continues = head_.expects_continue && !std::exchange(has_continued_, true);
    return bytes_wanted{.has_begun = true, .continues = continues};
  }
  return whole_request{head_, bytes().substr(head_size_, head_.body_bytes)};
}

/// Some clients end a body with a line end of their own; one is passed over (RFC 9112, 2.2). False
/// while it may yet become one.
bool request_reader::skip_empty_line() noexcept {
  if (has_skipped_ || !bytes().starts_with('\r')) return true;
  if (size_ == 1) return false;
  if (bytes().starts_with("\r\n")) {
    take(2);
    has_skipped_ = true;
  }
  return true;
}

request_reader::step request_reader::read_head() noexcept {
  if (!skip_empty_line() || size_ == 0) return bytes_wanted{.has_begun = size_ > 0};
  const std::string_view there = bytes().substr(0, http_server::head_bytes_max);
  const head_scan found = scan_head(there, scanned_);
  if (found.is_malformed) return refused_request{400, "these bytes are not HTTP"};
  if (found.end == 0) {
    scanned_ = there.size();
    if (there.size() < http_server::head_bytes_max) return bytes_wanted{.has_begun = true};
    if (there.find("\r\n") == there.npos) return refused_request{414, "the target is too long"};
    return refused_request{431, "the header is too large"};
  }
  const auto parsed = parse_head(there.substr(0, found.end));
  if (const auto* refused = std::get_if<refused_request>(&parsed)) return *refused;
  head_ = std::get<request_head>(parsed);
  head_size_ = found.end;
  return bytes_wanted{};
}

std::span<std::byte> request_reader::space() noexcept {
  return std::as_writable_bytes(std::span(bytes_.get() + size_, buffer_bytes - size_));
}

void request_reader::take(std::size_t count) noexcept {
  size_ -= count;
  std::memmove(bytes_.get(), bytes_.get() + count, size_);
}

void request_reader::drop() noexcept {
  take(head_size_ + head_.body_bytes);
  head_ = {};
  scanned_ = head_size_ = 0;
  has_skipped_ = has_continued_ = false;
}

}  // namespace weir::http
