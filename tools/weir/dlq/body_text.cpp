// SPDX-License-Identifier: Apache-2.0
#include "body_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "printable.hpp"
#include "weir/event/raw_json.hpp"

namespace weir::dlq {
namespace {

constexpr std::size_t indent_columns = 2;
constexpr std::size_t bytes_a_line = 16;
constexpr std::size_t dumped_bytes_max = 4096;  // who wants more takes the bytes

/// Where a JSON string that begins at `from` ends.
std::size_t end_of_string(std::string_view json, std::size_t from) noexcept {
  std::size_t at = from + 1;
  while (at < json.size() && json[at] != '"') at += json[at] == '\\' ? 2 : 1;
  return std::min(at + 1, json.size());
}

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Writes JSON token by token.
class indenter {
 public:
  std::string write(std::string_view json) {
    for (std::size_t at = 0; at < json.size();) {
      const std::size_t end = json[at] == '"' ? end_of_string(json, at) : at + 1;
      if (!is_space(json[at])) token(json.substr(at, end - at));
      at = end;
    }
    return std::move(out_);
  }

 private:
  void new_line() { out_.append(1, '\n').append(depth_ * indent_columns, ' '); }

  void token(std::string_view text) {
    const char first = text.front();
    const bool closes = first == '}' || first == ']';
    if (closes) --depth_;
    // So that what is empty stays together.
    if (was_opened_ != closes) new_line();
    was_opened_ = first == '{' || first == '[';
    out_.append(text);
    if (was_opened_) ++depth_;
    if (first == ':') out_.push_back(' ');
    if (first == ',') new_line();
  }

  std::string out_;
  std::size_t depth_ = 0;
  bool was_opened_ = false;
};

}  // namespace

std::string indented_json(std::string_view json) { return indenter().write(json); }

std::string hex_dump(std::string_view bytes) {
  const std::string_view shown = bytes.substr(0, dumped_bytes_max);
  std::string dump;
  for (std::size_t at = 0; at < shown.size(); at += bytes_a_line) {
    std::string hex;
    std::string characters;
    for (const char c : shown.substr(at, bytes_a_line)) {
      hex += fmt::format("{:02x} ", static_cast<unsigned char>(c));
      characters.push_back(c >= ' ' && c <= '~' ? c : '.');
    }
    dump += fmt::format("{:08x}  {:<48} |{}|\n", at, hex, characters);
  }
  if (shown.size() < bytes.size()) {
    dump += fmt::format("... {} bytes more; --raw writes them all\n", bytes.size() - shown.size());
  }
  return dump;
}

std::string body_text(std::string_view body) {
  if (const auto json = raw_json::parse(body); json.has_value()) {
    return tools::printable_lines(indented_json(json->text())) + "\n";
  }
  if (!tools::is_text(body)) return hex_dump(body);
  std::string text = tools::printable_lines(body);
  if (!text.empty() && text.back() != '\n') text.push_back('\n');
  return text;
}

}  // namespace weir::dlq
