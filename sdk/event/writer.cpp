// SPDX-License-Identifier: Apache-2.0
#include "weir/event/detail/writer.hpp"

#include <charconv>
#include <cmath>
#include <utility>

#include "quote.hpp"
#include "utf8.hpp"

namespace weir::json::detail {
namespace {

/// From here on a double is written with an exponent: in plain digits it would look like an
/// integer, and readers that keep integers in 64 bits refuse it.
constexpr double plain_double_max = 1e15;

/// Room for any number: the shortest form of a double has at most 24 characters.
constexpr std::size_t number_length_max = 32;

template <class... Number>
void append_number(std::string& out, Number... value) {
  char text[number_length_max];
  const auto written = std::to_chars(text, text + number_length_max, value...);
  out.append(text, written.ptr);
}

bool needs_escape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

void append_escaped(std::string& out, char c) {
  constexpr char digits[] = "0123456789abcdef";
  switch (c) {
    case '"':
    case '\\':
      out += '\\';
      out += c;
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += digits[static_cast<unsigned char>(c) >> 4];
      out += digits[static_cast<unsigned char>(c) & 15];
  }
}

}  // namespace

bool writer::write(bool value) {
  out_ += value ? "true" : "false";
  return true;
}

bool writer::write(double value) {
  if (!std::isfinite(value)) {
    return fail(std::isnan(value) ? "NaN has no form in JSON" : "infinity has no form in JSON");
  }
  if (std::abs(value) < plain_double_max) {
    append_number(out_, value);
  } else {
    append_number(out_, value, std::chars_format::scientific);
  }
  return true;
}

bool writer::write_signed(std::int64_t value) {
  append_number(out_, value);
  return true;
}

bool writer::write_unsigned(std::uint64_t value) {
  append_number(out_, value);
  return true;
}

bool writer::write(std::string_view value) {
  out_ += '"';
  std::size_t clean = 0;
  bool is_ascii = true;
  for (std::size_t at = 0; at < value.size(); ++at) {
    is_ascii &= static_cast<unsigned char>(value[at]) < 0x80;
    if (!needs_escape(value[at])) continue;
    out_.append(value, clean, at - clean);
    append_escaped(out_, value[at]);
    clean = at + 1;
  }
  out_.append(value, clean);
  out_ += '"';
  return is_ascii || is_utf8(value) || fail("the string is not valid UTF-8");
}

bool writer::write_plain(std::string_view value) {
  out_ += '"';
  out_ += value;
  out_ += '"';
  return true;
}

bool writer::write(const uuid& value) {
  char text[uuid::text_length];
  value.write_to(text);
  return write_plain(std::string_view(text, uuid::text_length));
}

bool writer::write(timestamp value) {
  if (!has_rfc3339_form(value)) {
    return fail("the time " + std::to_string(value.time_since_epoch().count()) +
                " us since 1970 is outside the years 0000 to 9999");
  }
  char text[weir::detail::rfc3339_length_max];
  const char* const end = weir::detail::write_rfc3339(value, text);
  return write_plain(std::string_view(text, static_cast<std::size_t>(end - text)));
}

bool writer::write(const raw_json& value) {
  out_ += value.text();
  return true;
}

bool writer::begin(char bracket) {
  if (++depth_ > depth_max) return fail("nested deeper than " + std::to_string(depth_max));
  out_ += bracket;
  return true;
}

void writer::end(char bracket) {
  --depth_;
  out_ += bracket;
}

void writer::comma(bool& first) {
  if (!first) out_ += ',';
  first = false;
}

bool writer::map_key(std::string_view key, bool& first) {
  comma(first);
  if (!write(key)) return false;
  out_ += ':';
  return true;
}

bool writer::fail(std::string problem) {
  problem_ = std::move(problem);
  return false;
}

bool writer::in_member(std::string_view name) {
  path_.insert(0, "." + quotable(name));
  return false;
}

bool writer::in_element(std::size_t index) {
  path_.insert(0, "[" + std::to_string(index) + "]");
  return false;
}

weir::error writer::failure(std::string_view type) {
  out_.resize(size_before_);
  return weir::error(errc::invalid_argument, disposition::permanent,
                     describe(type, path_, ": " + problem_));
}

}  // namespace weir::json::detail
