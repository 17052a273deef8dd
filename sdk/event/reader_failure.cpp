// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "quote.hpp"
#include "weir/event/detail/reader.hpp"

namespace weir::json::detail {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

std::string byte_in_words(char c) {
  std::string text = "the byte 0x";
  text += hex_digits[static_cast<unsigned char>(c) >> 4];
  return text += hex_digits[static_cast<unsigned char>(c) & 15];
}

/// What stands at the front of `rest`, in words, and nothing of it itself: errors are logged, and a
/// body may hold what nobody is to read there.
std::string found(std::string_view rest) {
  if (rest.empty()) return "the end of the body";
  for (const std::string_view word : {"null", "true", "false"}) {
    if (rest.starts_with(word)) return std::string(word);
  }
  switch (rest.front()) {
    case '{':
      return "an object";
    case '[':
      return "an array";
    case '"':
      return "a string";
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return "a number";
    default:
      if (rest.starts_with("\xef\xbb\xbf")) return "a byte order mark";
      return byte_in_words(rest.front());
  }
}

}  // namespace

std::string quotable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, quoted_length_max)) {
    if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      out += "\\x";
      out += hex_digits[static_cast<unsigned char>(c) >> 4];
      out += hex_digits[static_cast<unsigned char>(c) & 15];
    }
  }
  if (text.size() > quoted_length_max) out += "...";
  return out;
}

std::string describe(std::string_view type, std::string_view path, std::string_view problem) {
  std::string text = "JSON of ";
  text.append(type).append(": $");
  if (path.size() > path_length_max) {
    text += "...";
    path.remove_prefix(path.size() - path_length_max);
  }
  return text.append(path).append(problem);
}

bool reader::fail(const char* where, std::string problem) {
  problem_ = std::move(problem);
  problem_at_ = static_cast<std::size_t>(where - begin_);
  return false;
}

bool reader::fail_found(const char* where, std::string_view expected) {
  const std::string_view rest(where, static_cast<std::size_t>(end_ - where));
  return fail(where, "expected " + std::string(expected) + ", found " + found(rest));
}

bool reader::fail_expected(std::string_view expected) {
  skip_space();
  return fail_found(at_, expected);
}

bool reader::fail_range(const integer& number, std::string_view range) {
  return fail_found(number.text.data(), "an integer from " + std::string(range));
}

bool reader::fail_twice(std::string_view key) {
  fail(at_, "the field stands twice in one object");
  return in_member(key);
}

bool reader::in_member(std::string_view name) {
  path_.insert(0, "." + quotable(name));
  return false;
}

bool reader::in_element(std::size_t index) {
  path_.insert(0, "[" + std::to_string(index) + "]");
  return false;
}

weir::error reader::failure(std::string_view type) const {
  const bool is_empty = begin_ == end_;
  const std::string problem = is_empty
                                  ? ": the body is empty"
                                  : " at byte " + std::to_string(problem_at_) + ": " + problem_;
  return weir::error(errc::invalid_input, disposition::poison, describe(type, path_, problem));
}

}  // namespace weir::json::detail
