// SPDX-License-Identifier: Apache-2.0
#include "canary.hpp"

#include <algorithm>

namespace weir::test {
namespace {

constexpr std::string_view species = "cn4ry";
constexpr std::string_view needs_encoding = "/+&= %";
constexpr std::size_t beginning = species.size() + 4;  // of what is cut off that is still found
constexpr std::size_t shown_around = 60;
constexpr std::string_view digits = "0123456789abcdef";
constexpr std::string_view base64_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string in_hexadecimal(std::string_view text, std::string_view before_each) {
  std::string made;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    made.append(before_each).append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return made;
}

/// The characters that `text` alone decides where `skipped` bytes stand in front of it, 0 to 2.
std::string in_base64(std::string_view text, std::size_t skipped) {
  std::string bytes = std::string(skipped, '\0') + std::string(text);
  bytes.resize(bytes.size() / 3 * 3);
  std::string made;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    unsigned three = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      three = three << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    for (int shift = 18; shift >= 0; shift -= 6) made += base64_letters[three >> shift & 63];
  }
  return made.substr(skipped == 0 ? 0 : skipped + 1);
}

}  // namespace

canary::canary(std::string_view name) {
  const std::string plain = std::string(species) + std::string(name) + "Feather";
  value_ = plain + "/+&=";
  forms_ = {lower_case(plain.substr(0, beginning)), in_hexadecimal(plain, ""),
            in_hexadecimal(plain, "%")};
  for (std::size_t skipped = 0; skipped < 3; ++skipped) {
    exact_forms_.push_back(in_base64(plain, skipped));
  }
}

std::string canary::in_url() const {
  std::string made;
  for (const char c : value_) {
    made += needs_encoding.find(c) == needs_encoding.npos ? std::string(1, c)
                                                          : in_hexadecimal({&c, 1}, "%");
  }
  return made;
}

bool canary::is_in(std::string_view text) const {
  const auto has = [](std::string_view in) {
    return [in](const std::string& form) { return in.find(form) != in.npos; };
  };
  return std::ranges::any_of(exact_forms_, has(text)) ||
         std::ranges::any_of(forms_, has(lower_case(text)));
}

std::vector<std::string> leaks(const std::vector<trace_left>& traces,
                               const std::vector<canary>& secrets) {
  std::vector<std::string> found;
  for (const trace_left& one : traces) {
    for (const canary& secret : secrets) {
      if (!secret.is_in(one.text)) continue;
      const std::size_t at = std::min(lower_case(one.text).find(species), one.text.size());
      const std::size_t from = at > shown_around ? at - shown_around : 0;
      found.push_back(one.where + " has " + secret.value() + ": ..." +
                      one.text.substr(from, 3 * shown_around) + "...");
    }
  }
  return found;
}

}  // namespace weir::test
