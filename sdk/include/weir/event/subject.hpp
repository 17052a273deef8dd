// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

/// The grammar of NATS subjects: tokens with points between them ("orders.created"). A pattern may
/// also hold `*` for any one token and, at its end, `>` for one token or more. All of this works at
/// compile time.
namespace weir {

/// What is wrong with a subject or pattern.
enum class subject_fault : unsigned char {
  none,
  empty,          ///< No text at all.
  empty_token,    ///< A point at the start or end, or two in a row: "orders..created".
  bad_character,  ///< White space or a control character: they end a line of the protocol.
  wildcard,       ///< `*` or `>` where only a plain token may stand, or as part of a token.
  tail_not_last,  ///< Something follows `>`.
};

namespace detail {

/// Cuts the first token off `rest` and returns it.
constexpr std::string_view take_token(std::string_view& rest) {
  const std::size_t point = rest.find('.');
  const std::string_view token = rest.substr(0, point);
  rest.remove_prefix(point == rest.npos ? rest.size() : point + 1);
  return token;
}

constexpr subject_fault token_fault(std::string_view token, bool allow_wildcards) {
  if (token.empty()) return subject_fault::empty_token;
  for (const char c : token) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return subject_fault::bad_character;
  }
  const bool holds_wildcard = token.find_first_of("*>") != token.npos;
  if (holds_wildcard && !(allow_wildcards && token.size() == 1)) return subject_fault::wildcard;
  return subject_fault::none;
}

constexpr subject_fault subject_fault_of(std::string_view text, bool allow_wildcards) {
  if (text.empty()) return subject_fault::empty;
  if (text.back() == '.') return subject_fault::empty_token;
  while (!text.empty()) {
    const bool is_last = text.find('.') == text.npos;
    const std::string_view token = take_token(text);
    const subject_fault fault = token_fault(token, allow_wildcards);
    if (fault != subject_fault::none) return fault;
    if (token == ">" && !is_last) return subject_fault::tail_not_last;
  }
  return subject_fault::none;
}

}  // namespace detail

/// What keeps the text from being a subject to publish to: plain tokens, no wildcards.
constexpr subject_fault check_subject(std::string_view subject) {
  return detail::subject_fault_of(subject, false);
}

/// What keeps the text from being a pattern, as streams and subscriptions have them.
constexpr subject_fault check_subject_pattern(std::string_view pattern) {
  return detail::subject_fault_of(pattern, true);
}

/// Tells whether every subject that `subject` stands for matches `pattern`; both are well-formed.
/// `subject` may be a pattern itself: "orders.>" covers "orders.*.paid".
constexpr bool subject_covers(std::string_view pattern, std::string_view subject) {
  while (!pattern.empty() && !subject.empty()) {
    const std::string_view wanted = detail::take_token(pattern);
    if (wanted == ">") return true;
    const std::string_view token = detail::take_token(subject);
    if (wanted == "*" ? token == ">" : wanted != token) return false;
  }
  return pattern.empty() && subject.empty();
}

}  // namespace weir
