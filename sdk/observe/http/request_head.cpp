// SPDX-License-Identifier: Apache-2.0
#include "request_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "text.hpp"
#include "weir/observe/http_server.hpp"

namespace weir::http {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view http_scheme = "http://";

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// RFC 9110, 5.6.2.
bool is_token(std::string_view text) noexcept {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return is_digit(c) || is_letter(c) || marks.find(c) != marks.npos;
  });
}

bool is_visible(char c) noexcept { return c > ' ' && c < '\x7f'; }

/// A name or an address, with a port or without; empty where there is none (RFC 9112, 3.2).
bool is_host(std::string_view text) noexcept {
  constexpr std::string_view marks = "-._~%!$&'()*+;=:[]";
  return std::ranges::all_of(
      text, [&](char c) { return is_digit(c) || is_letter(c) || marks.find(c) != marks.npos; });
}

std::string_view take_line(std::string_view& rest) noexcept {
  const std::size_t end = std::min(rest.find(line_end), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + line_end.size(), rest.size()));
  return line;
}

/// Reads one head, line by line; keeps the first thing that is wrong with it.
class head_parser {
 public:
  std::variant<request_head, refused_request> parse(std::string_view head) noexcept {
    read_request_line(take_line(head));
    for (std::size_t count = 0; !refused_; ++count) {
      const std::string_view line = take_line(head);
      if (line.empty()) break;
      if (count == http_server::fields_max) refuse(431, "there are too many header fields");
      read_field(line);
    }
    if (!refused_) check_together();
    if (refused_) return *refused_;
    return found_;
  }

 private:
  void refuse(int status, std::string_view why) noexcept {
    if (!refused_) refused_ = refused_request{status, why};
  }

  void read_request_line(std::string_view line) noexcept {
    const std::size_t first = line.find(' ');
    const std::size_t second = first == line.npos ? line.npos : line.find(' ', first + 1);
    if (second == line.npos) return refuse(400, "the first line is no request line");
    found_.method = line.substr(0, first);
    if (!is_token(found_.method)) return refuse(400, "the method is no word");
    read_version(line.substr(second + 1));
    read_target(line.substr(first + 1, second - first - 1));
  }

  void read_version(std::string_view version) noexcept {
    const bool is_http = version.size() == 8 && version.starts_with("HTTP/") &&
                         is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
    if (!is_http) return refuse(400, "the first line does not end with a version of HTTP");
    if (version[5] != '1') return refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    found_.is_1_0 = version[7] == '0';
    if (found_.is_1_0) found_.closes = true;
  }

  void read_target(std::string_view target) noexcept {
    if (target.size() > http_server::target_bytes_max) return refuse(414, "the target is too long");
    if (!std::ranges::all_of(target, is_visible)) {
      return refuse(400, "the target has characters that stand in none");
    }
    if (starts_with_ignoring_case(target, http_scheme)) {
      target.remove_prefix(http_scheme.size());
      target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
      if (target.empty() || target.front() == '?') return refuse(400, "the target has no path");
    }
    if (target.empty() || target.front() != '/') return refuse(400, "the target is no path");
    const std::size_t question = std::min(target.find('?'), target.size());
    found_.path = target.substr(0, question);
    found_.query = target.substr(std::min(question + 1, target.size()));
  }

  void read_field(std::string_view line) noexcept {
    const std::size_t colon = line.find(':');
    // A name with white space behind it, and a line that continues the one before, are no tokens.
    if (colon == line.npos || !is_token(line.substr(0, colon))) {
      return refuse(400, "a line of the header is no field");
    }
    read_value(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  }

  void read_value(std::string_view name, std::string_view value) noexcept {
    if (equal_ignoring_case(name, "host")) {
      if (found_.host) return refuse(400, "there are two Host fields");
      if (!is_host(value)) return refuse(400, "the Host is none");
      found_.host = value;
    } else if (equal_ignoring_case(name, "content-length")) {
      read_length(value);
    } else if (equal_ignoring_case(name, "transfer-encoding")) {
      if (!coding_.empty()) refuse(400, "there are two Transfer-Encoding fields");
      coding_ = value.empty() ? std::string_view("nothing") : value;
    } else if (equal_ignoring_case(name, "connection")) {
      if (lists(value, "close")) found_.closes = true;
    } else if (equal_ignoring_case(name, "accept")) {
      // A second one would be a part of the list; the first says enough.
      if (found_.accept.empty()) found_.accept = value;
    } else if (equal_ignoring_case(name, "expect")) {
      if (!equal_ignoring_case(value, "100-continue")) refuse(417, "the expectation is not known");
      found_.expects_continue = true;
    } else if (equal_ignoring_case(name, "origin") || equal_ignoring_case(name, "forwarded") ||
               equal_ignoring_case(name, "x-forwarded-for")) {
      found_.is_for_another = true;
    }
  }

  void read_length(std::string_view value) noexcept {
    if (has_length_) return refuse(400, "there are two Content-Length fields");
    has_length_ = true;
    if (value.empty() || !std::ranges::all_of(value, is_digit)) {
      return refuse(400, "the Content-Length is no number");
    }
    std::size_t bytes = 0;
    const auto read = std::from_chars(value.begin(), value.end(), bytes);
    if (read.ec != std::errc() || bytes > http_server::body_bytes_max) {
      too_large_ = true;
      return;
    }
    found_.body_bytes = bytes;
  }

  /// What only the whole head tells.
  void check_together() noexcept {
    if (!coding_.empty()) {
      if (has_length_) return refuse(400, "there are a Content-Length and a Transfer-Encoding");
      if (found_.is_1_0) return refuse(400, "HTTP/1.0 has no Transfer-Encoding");
      if (!equal_ignoring_case(coding_, "chunked")) {
        return refuse(501, "the Transfer-Encoding is not known");
      }
      return refuse(411, "a body must say its length, by Content-Length");
    }
    if (!found_.host && !found_.is_1_0) return refuse(400, "there is no Host field");
    if (too_large_) return refuse(413, "the body is too large");
    if (found_.is_1_0) found_.expects_continue = false;
  }

  request_head found_ = {};
  std::optional<refused_request> refused_;
  std::string_view coding_;  ///< Transfer-Encoding.
  bool has_length_ = false;
  bool too_large_ = false;
};

}  // namespace

head_scan scan_head(std::string_view bytes, std::size_t scanned) noexcept {
  // An end may have begun in what was looked at before.
  constexpr std::size_t overlap = 3;
  for (std::size_t at = scanned - std::min(scanned, overlap); at < bytes.size(); ++at) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (byte == '\n') {
      // Nor is the first line empty: what is passed over before it was taken away.
      if (at < 2 || bytes[at - 1] != '\r') return {.is_malformed = true};
      if (at >= overlap && bytes[at - 2] == '\n') return {.end = at + 1};
      continue;
    }
    if (at > 0 && bytes[at - 1] == '\r') return {.is_malformed = true};
    if ((byte < ' ' && byte != '\r' && byte != '\t') || byte == 0x7f) {
      return {.is_malformed = true};
    }
  }
  return {};
}

std::variant<request_head, refused_request> parse_head(std::string_view head) noexcept {
  return head_parser().parse(head);
}

}  // namespace weir::http
