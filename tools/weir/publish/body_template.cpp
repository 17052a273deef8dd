// SPDX-License-Identifier: Apache-2.0
#include "body_template.hpp"

#include <charconv>

#include "printable.hpp"
#include "weir/error.hpp"
#include "weir/uuid.hpp"

namespace weir::tools {
namespace {

constexpr std::string_view opening = "{{";
constexpr std::string_view closing = "}}";

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    if (end != 0) words.emplace_back(text.substr(0, end));
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
  }
  return words;
}

[[noreturn]] void refuse(std::string_view place, const std::string& why) {
  throw error(errc::invalid_argument, disposition::permanent,
              "'{{" + printable(place) + "}}' cannot be filled in: " + why +
                  ". There are {{sequence}}, {{uuid}}, {{now}}, {{int 1 100}} and {{pick a b c}}; "
                  "a body that is none of it is taken as it is with --literal");
}

std::int64_t number_of(std::string_view word, std::string_view place) {
  std::int64_t value = 0;
  const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
  if (read.ec == std::errc() && read.ptr == word.data() + word.size()) return value;
  refuse(place, "'" + printable(word) + "' is no whole number");
}

/// Evenly among [low, high]; the few that a plain remainder would favour are drawn again.
std::int64_t number_between(std::int64_t low, std::int64_t high, detail::split_mix& random) {
  const std::uint64_t count =
      static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  if (count == 0) return static_cast<std::int64_t>(random.next());  // All numbers that there are.
  const std::uint64_t fair = ~std::uint64_t{0} - ~std::uint64_t{0} % count;
  std::uint64_t drawn = random.next();
  while (drawn >= fair) drawn = random.next();
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + drawn % count);
}

}  // namespace

void body_template::read_bounds(piece& into, std::string_view place) {
  const auto words = words_of(place);
  if (words.size() != 3) refuse(place, "int has a lowest and a highest number");
  into.low = number_of(words[1], place);
  into.high = number_of(words[2], place);
  if (into.low > into.high) refuse(place, "its lowest number is above its highest");
}

body_template::piece body_template::read_place(std::string_view place) {
  auto words = words_of(place);
  piece read;
  if (words.empty()) refuse(place, "it names nothing");
  const std::string what = words.front();
  words.erase(words.begin());
  if (what == "int") {
    read.is = kind::number;
    read_bounds(read, place);
    return read;
  }
  if (what == "pick") {
    if (words.empty()) refuse(place, "pick has nothing to pick from");
    read.is = kind::pick;
    read.choices = std::move(words);
    return read;
  }
  if (!words.empty()) refuse(place, "it takes no more words");
  if (what == "sequence") {
    read.is = kind::sequence;
  } else if (what == "uuid") {
    read.is = kind::uuid;
  } else if (what == "now") {
    read.is = kind::now;
  } else {
    refuse(place, "that is unknown");
  }
  return read;
}

body_template::body_template(std::string_view text) {
  while (!text.empty()) {
    const std::size_t from = text.find(opening);
    if (from != 0) pieces_.push_back({.text = std::string(text.substr(0, from))});
    if (from == text.npos) return;
    text.remove_prefix(from + opening.size());
    const std::size_t end = text.find(closing);
    if (end == text.npos) refuse(text.substr(0, 20), "its '}}' is missing");
    pieces_.push_back(read_place(text.substr(0, end)));
    text.remove_prefix(end + closing.size());
  }
}

body_template body_template::literal(std::string text) {
  body_template made;
  made.pieces_.push_back({.text = std::move(text)});
  return made;
}

std::string body_template::fill(std::uint64_t sequence, timestamp now,
                                detail::split_mix& random) const {
  std::string filled;
  for (const piece& one : pieces_) {
    switch (one.is) {
      case kind::text:
        filled += one.text;
        break;
      case kind::sequence:
        filled += std::to_string(sequence);
        break;
      case kind::uuid:
        filled += uuid::v7(now).to_string();
        break;
      case kind::now:
        filled += to_rfc3339(now);
        break;
      case kind::number:
        filled += std::to_string(number_between(one.low, one.high, random));
        break;
      case kind::pick:
        filled += one.choices[random.next() % one.choices.size()];
        break;
    }
  }
  return filled;
}

}  // namespace weir::tools
