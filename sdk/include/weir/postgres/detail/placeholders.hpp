// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace weir::postgres::detail {

/// Walks over SQL text as PostgreSQL's scanner does, as far as `$n` is concerned: quotes, dollar
/// quotes and comments hide what stands in them, and a `$` inside of a name is part of the name.
class placeholder_scanner {
 public:
  constexpr explicit placeholder_scanner(std::string_view sql) : sql_(sql) {}

  constexpr std::size_t highest() {
    while (at_ < sql_.size()) step();
    return highest_;
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

  constexpr void step() {
    const char c = sql_[at_];
    if (at("--")) return skip_past("\n");
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
      return;
    }
    ++at_;
  }

  constexpr void skip_past(std::string_view end) {
    const std::size_t found = sql_.find(end, at_);
    at_ = found == sql_.npos ? sql_.size() : found + end.size();
  }

  constexpr void skip_block_comment() {
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
  }

  constexpr void skip_quoted(char quote, bool backslash_escapes) {
    // A doubled quote ends one quoted text and begins the next: nothing stands between them.
    for (++at_; at_ < sql_.size() && sql_[at_] != quote; ++at_) {
      if (backslash_escapes && sql_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_ + 1, sql_.size());
  }

  constexpr void dollar() {
    std::size_t end = at_ + 1;
    if (end < sql_.size() && is_digit(sql_[end])) {
      std::size_t number = 0;
      for (; end < sql_.size() && is_digit(sql_[end]); ++end) {
        number = number * 10 + static_cast<std::size_t>(sql_[end] - '0');
      }
      highest_ = std::max(highest_, number);
      at_ = end;
      return;
    }
    while (end < sql_.size() && in_name(sql_[end]) && sql_[end] != '$') ++end;
    if (end == sql_.size() || sql_[end] != '$') {
      ++at_;
      return;
    }
    const std::string_view tag = sql_.substr(at_, end + 1 - at_);
    at_ = end + 1;
    skip_past(tag);
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  std::size_t highest_ = 0;
};

consteval std::size_t count_placeholders(std::string_view sql) {
  return placeholder_scanner(sql).highest();
}

}  // namespace weir::postgres::detail
