// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstring>

#include "utf8.hpp"
#include "weir/event/detail/reader.hpp"

namespace weir::json::detail {
namespace {

constexpr std::uint64_t every_byte(std::uint64_t byte) { return byte * 0x0101010101010101u; }
constexpr std::uint64_t high_bits = every_byte(0x80);

/// A high bit for each byte below 0x20, and for each that is zero after `^ pattern`. A borrow can
/// mark bytes above a true one, never below: the first mark is always right.
constexpr std::uint64_t below_space(std::uint64_t word) {
  return (word - every_byte(0x20)) & ~word & high_bits;
}
constexpr std::uint64_t equal_to(std::uint64_t word, char c) {
  const std::uint64_t different = word ^ every_byte(static_cast<unsigned char>(c));
  return (different - every_byte(1)) & ~different & high_bits;
}

bool is_special(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

/// The first quote, backslash or control character from `at` on. The bytes that are passed over
/// are or-ed into `bits`, whose high bits then tell whether one of them is not ASCII.
const char* find_special(const char* at, const char* end, std::uint64_t& bits) {
  if constexpr (std::endian::native == std::endian::little) {
    while (end - at >= 8) {
      std::uint64_t word;
      std::memcpy(&word, at, sizeof word);
      const std::uint64_t marks = below_space(word) | equal_to(word, '"') | equal_to(word, '\\');
      if (marks != 0) {
        const int passed_bits = std::countr_zero(marks) & ~7;
        bits |= word & ((std::uint64_t{1} << passed_bits) - 1);
        return at + passed_bits / 8;
      }
      bits |= word;
      at += 8;
    }
  }
  for (; at != end && !is_special(*at); ++at) bits |= static_cast<unsigned char>(*at);
  return at;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Four hexadecimal digits that were checked before.
unsigned checked_hex(const char* at) {
  unsigned value = 0;
  for (int i = 0; i < 4; ++i) value = value * 16 + static_cast<unsigned>(hex_value(at[i]));
  return value;
}

bool is_high_surrogate(unsigned unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

void append_utf8(std::string& out, unsigned code_point) {
  const auto tail = [&](int shift) {
    out += static_cast<char>(0x80 | ((code_point >> shift) & 0x3f));
  };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xc0 | (code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xe0 | (code_point >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | (code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// Appends what the escape behind the backslash means and returns its end; it was checked before.
const char* append_escape(std::string& out, const char* at) {
  switch (*at) {
    case 'b':
      out += '\b';
      return at + 1;
    case 'f':
      out += '\f';
      return at + 1;
    case 'n':
      out += '\n';
      return at + 1;
    case 'r':
      out += '\r';
      return at + 1;
    case 't':
      out += '\t';
      return at + 1;
    case 'u': {
      const unsigned unit = checked_hex(at + 1);
      if (!is_high_surrogate(unit)) return append_utf8(out, unit), at + 5;
      const unsigned low = checked_hex(at + 7);
      append_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
      return at + 11;
    }
    default:
      out += *at;
      return at + 1;
  }
}

}  // namespace

bool reader::scan_hex(unsigned& out) {
  out = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const int digit = at_ == end_ ? -1 : hex_value(*at_);
    if (digit < 0) return fail(at_, "\\u needs four hexadecimal digits");
    out = out * 16 + static_cast<unsigned>(digit);
  }
  return true;
}

/// Checks the escape at the backslash `at_` and passes over it.
bool reader::scan_escape() {
  const char* const start = at_++;
  if (at_ == end_ || std::strchr("\"\\/bfnrtu", *at_) == nullptr || *at_ == '\0') {
    return fail(start, "JSON has no such escape in a string");
  }
  if (*at_++ != 'u') return true;
  unsigned unit = 0;
  if (!scan_hex(unit)) return false;
  if (is_low_surrogate(unit)) return fail(start, "half of a surrogate pair stands alone");
  if (!is_high_surrogate(unit)) return true;
  if (end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u') {
    return fail(start, "half of a surrogate pair stands alone");
  }
  at_ += 2;
  if (!scan_hex(unit)) return false;
  return is_low_surrogate(unit) || fail(start, "half of a surrogate pair stands alone");
}

/// Checks the string at the quote `at_` and passes over it.
bool reader::scan_string(text_span& out) {
  const char* const start = at_++;
  out.begin = at_;
  out.escaped = false;
  std::uint64_t bits = 0;
  for (;;) {
    at_ = find_special(at_, end_, bits);
    if (at_ == end_) return fail(start, "the string does not end");
    if (*at_ == '"') break;
    if (*at_ != '\\') return fail(at_, "a control character in a string must be escaped");
    out.escaped = true;
    if (!scan_escape()) return false;
  }
  out.end = at_++;
  const bool is_ascii = (bits & high_bits) == 0;
  const std::string_view text(out.begin, static_cast<std::size_t>(out.end - out.begin));
  return is_ascii || is_utf8(text) || fail(start, "the string is not valid UTF-8");
}

bool reader::read_text(std::string_view& out) {
  text_span text;
  if (!scan_string(text)) return false;
  out = std::string_view(text.begin, static_cast<std::size_t>(text.end - text.begin));
  if (!text.escaped) return true;
  unescaped_.clear();
  for (const char* at = text.begin; at != text.end;) {
    const auto* stop =
        static_cast<const char*>(std::memchr(at, '\\', static_cast<std::size_t>(text.end - at)));
    if (stop == nullptr) stop = text.end;
    unescaped_.append(at, stop);
    at = stop == text.end ? stop : append_escape(unescaped_, stop + 1);
  }
  out = unescaped_;
  return true;
}

bool reader::read_text_for(std::string_view expected, std::string_view& out) {
  skip_space();
  if (at_ == end_ || *at_ != '"') return fail_expected(expected);
  return read_text(out);
}

bool reader::read(std::string& out) {
  std::string_view text;
  if (!read_text_for("a string", text)) return false;
  out = text;
  return true;
}

bool reader::read(uuid& out) {
  skip_space();
  const char* const start = at_;
  std::string_view text;
  if (!read_text_for("a uuid in a string", text)) return false;
  const auto parsed = uuid::parse(text);
  if (!parsed) return fail_found(start, "a uuid (8-4-4-4-12 hexadecimal digits)");
  out = *parsed;
  return true;
}

bool reader::read(timestamp& out) {
  skip_space();
  const char* const start = at_;
  std::string_view text;
  if (!read_text_for("a time in a string", text)) return false;
  const auto parsed = parse_rfc3339(text);
  if (!parsed) return fail_found(start, "a time as in RFC 3339 (2026-01-31T12:30:00Z)");
  out = *parsed;
  return true;
}

bool reader::read_one_of(std::span<const std::string_view> names, std::size_t& index) {
  skip_space();
  const char* const start = at_;
  std::string_view text;
  if (!read_text_for("a name in a string", text)) return false;
  for (index = 0; index < names.size(); ++index) {
    if (names[index] == text) return true;
  }
  std::string expected = "one of";
  for (const std::string_view name : names) expected.append(" ").append(name);
  return fail_found(start, expected);
}

}  // namespace weir::json::detail
