// SPDX-License-Identifier: Apache-2.0
#include "sql_script.hpp"

#include <algorithm>
#include <array>

#include "weir/postgres/detail/sql_scanner.hpp"

namespace weir::postgres::detail {
namespace {

using kind = sql_scanner::kind;

/// How many words tell what a statement is: "create or replace function".
constexpr std::size_t telling_words = 4;
constexpr std::string_view spaces = " \t\r\n\f\v";

std::string lower(std::string_view word) {
  std::string text(word);
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

class splitter {
 public:
  explicit splitter(std::string_view sql) : sql_(sql) {}

  std::vector<script_statement> run() {
    sql_scanner scanner(sql_);
    for (auto token = scanner.next(); token.what != kind::end; token = scanner.next()) take(token);
    finish(sql_.size());
    return std::move(found_);
  }

 private:
  void take(const sql_scanner::token& token) {
    const auto at = static_cast<std::size_t>(token.text.data() - sql_.data());
    const bool is_space = spaces.find(token.text.front()) != spaces.npos;
    if (token.what == kind::comment || (token.what == kind::other && is_space)) return;
    if (token.text == ";" && parentheses_ == 0 && blocks_ == 0) return finish(at);
    if (!is_open_) open(at);
    if (token.text == "(") ++parentheses_;
    if (token.text == ")" && parentheses_ > 0) --parentheses_;
    if (token.what == kind::name) word(lower(token.text));
  }

  void open(std::size_t at) {
    is_open_ = true;
    const std::string_view before = sql_.substr(begin_, at - begin_);
    line_ += static_cast<std::size_t>(std::ranges::count(before, '\n'));
    begin_ = at;
  }

  void word(std::string text) {
    if (makes_routine() && parentheses_ == 0) {
      const bool is_block = text == "begin" || (text == "case" && blocks_ > 0);
      if (is_block) ++blocks_;
      if (text == "end" && blocks_ > 0) --blocks_;
    }
    if (count_ < telling_words) words_[count_++] = std::move(text);
  }

  bool makes_routine() const {
    const std::size_t at = words_[1] == "or" ? 3 : 1;
    return words_[0] == "create" && (words_[at] == "function" || words_[at] == "procedure");
  }

  void finish(std::size_t end) {
    if (is_open_) {
      std::string_view text = sql_.substr(begin_, end - begin_);
      text = text.substr(0, text.find_last_not_of(spaces) + 1);
      found_.push_back({text, line_, words_[0], words_[1]});
    }
    is_open_ = false;
    parentheses_ = 0;
    blocks_ = 0;
    count_ = 0;
    words_.fill({});
  }

  std::string_view sql_;
  std::vector<script_statement> found_;
  bool is_open_ = false;
  std::size_t begin_ = 0;  // Of the statement, or of the one before.
  std::size_t line_ = 1;   // Of the same.
  std::size_t parentheses_ = 0;
  std::size_t blocks_ = 0;
  std::size_t count_ = 0;
  std::array<std::string, telling_words> words_;
};

}  // namespace

std::vector<script_statement> split_script(std::string_view sql) { return splitter(sql).run(); }

bool controls_transaction(const script_statement& statement) {
  constexpr std::string_view always[] = {"begin", "start", "commit", "end", "abort"};
  if (std::ranges::find(always, statement.first) != std::end(always)) return true;
  if (statement.first == "prepare") return statement.second == "transaction";
  // "rollback to savepoint" and, with a word in between, "rollback work to savepoint".
  if (statement.first != "rollback") return false;
  const bool has_filler = statement.second == "work" || statement.second == "transaction";
  return statement.second != "to" &&
         !(has_filler && lower(statement.sql).find(" to ") != std::string::npos);
}

std::size_t line_of(std::string_view sql, std::size_t position) {
  std::size_t line = 1;
  std::size_t characters = 0;
  for (const char c : sql) {
    const bool continues = (static_cast<unsigned char>(c) & 0xc0) == 0x80;
    if (!continues && ++characters >= position) break;
    if (c == '\n') ++line;
  }
  return line;
}

}  // namespace weir::postgres::detail
