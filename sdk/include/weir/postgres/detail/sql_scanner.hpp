// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace weir::postgres::detail {

/// Walks over SQL text as PostgreSQL's scanner does: quotes, dollar quotes and comments are one
/// token each, which hides what stands in them, and a `$` inside of a name is part of the name.
class sql_scanner {
 public:
  enum class kind : unsigned char {
    end,
    comment,
    quoted,       ///< A text, or a name in quotes.
    name,         ///< A word, a key word or a name.
    placeholder,  ///< `$1`
    other,        ///< A single character.
  };
  struct token {
    kind what = kind::end;
    std::string_view text = {};
  };

  constexpr explicit sql_scanner(std::string_view sql) : sql_(sql) {}

  constexpr token next() {
    if (at_ >= sql_.size()) return {};
    const std::size_t begin = at_;
    const kind what = step();
    return {what, sql_.substr(begin, at_ - begin)};
  }

 private:
  static constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static constexpr bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  }
  static constexpr bool in_name(char c) { return starts_name(c) || is_digit(c) || c == '$'; }

  constexpr bool at(std::string_view expected) const {
    return sql_.substr(at_).starts_with(expected);
  }

  constexpr kind step() {
    const char c = sql_[at_];
    if (at("--")) return skip_past("\n", kind::comment);
    if (at("/*")) return skip_block_comment();
    if (c == '\'') return skip_quoted('\'', false);
    if (c == '"') return skip_quoted('"', false);
    if ((c == 'e' || c == 'E') && sql_.substr(at_ + 1).starts_with('\'')) {
      ++at_;
      return skip_quoted('\'', true);
    }
    if (c == '$') return dollar();
    if (starts_name(c)) {
      while (at_ < sql_.size() && in_name(sql_[at_])) ++at_;
      return kind::name;
    }
    ++at_;
    return kind::other;
  }

  constexpr kind skip_past(std::string_view end, kind what) {
    const std::size_t found = sql_.find(end, at_);
    at_ = found == sql_.npos ? sql_.size() : found + end.size();
    return what;
  }

  constexpr kind skip_block_comment() {
    std::size_t depth = 0;
    do {
      if (at("/*")) {
        ++depth;
        at_ += 2;
      } else if (at("*/")) {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0 && at_ < sql_.size());
    at_ = std::min(at_, sql_.size());
    return kind::comment;
  }

  constexpr kind skip_quoted(char quote, bool backslash_escapes) {
    // A doubled quote ends one quoted text and begins the next: nothing stands between them.
    for (++at_; at_ < sql_.size() && sql_[at_] != quote; ++at_) {
      if (backslash_escapes && sql_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_ + 1, sql_.size());
    return kind::quoted;
  }

  constexpr kind dollar() {
    std::size_t end = at_ + 1;
    if (end < sql_.size() && is_digit(sql_[end])) {
      while (end < sql_.size() && is_digit(sql_[end])) ++end;
      at_ = end;
      return kind::placeholder;
    }
    while (end < sql_.size() && in_name(sql_[end]) && sql_[end] != '$') ++end;
    if (end == sql_.size() || sql_[end] != '$') {
      ++at_;
      return kind::other;
    }
    const std::string_view tag = sql_.substr(at_, end + 1 - at_);
    at_ = end + 1;
    return skip_past(tag, kind::quoted);
  }

  std::string_view sql_;
  std::size_t at_ = 0;
};

}  // namespace weir::postgres::detail
