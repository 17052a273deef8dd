// SPDX-License-Identifier: Apache-2.0
#include "canonical_json.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "weir/assert.hpp"
#include "weir/event/json.hpp"
#include "weir/timestamp.hpp"

namespace weir::nats::detail {
namespace {

constexpr std::string_view nothing = "null";

std::string canonical_object(std::string_view text) {
  const auto members = json::decode<std::map<std::string, raw_json>>(text).value();
  std::map<std::string, raw_json> kept;
  for (const auto& [name, value] : members) {
    const std::string inner = canonical_json(value.text());
    if (inner != nothing) kept[name] = raw_json::parse(inner).value();
  }
  return kept.empty() ? std::string(nothing) : json::encode(kept);
}

std::vector<std::string> canonical_elements(std::string_view text) {
  const auto read = json::decode<std::vector<raw_json>>(text).value();
  std::vector<std::string> elements;
  for (const raw_json& one : read) elements.push_back(canonical_json(one.text()));
  return elements;
}

std::string array_of(const std::vector<std::string>& elements) {
  if (elements.empty()) return std::string(nothing);
  std::string out;
  for (const std::string& one : elements) out += (out.empty() ? "[" : ",") + one;
  return out + "]";
}

std::string canonical_string(std::string_view text) {
  const auto plain = json::decode<std::string>(text).value();
  if (plain.empty()) return std::string(nothing);
  const auto time = parse_rfc3339(plain);
  return json::encode(time && has_rfc3339_form(*time) ? to_rfc3339(*time) : plain);
}

}  // namespace

std::string canonical_json(std::string_view text) {
  WEIR_ASSERT(!text.empty());
  switch (text.front()) {
    case '{':
      return canonical_object(text);
    case '[':
      return array_of(canonical_elements(text));
    case '"':
      return canonical_string(text);
    default:
      return std::string(text == "false" || text == "0" ? nothing : text);
  }
}

std::string canonical_json_set(std::string_view text) {
  WEIR_ASSERT(!text.empty());
  if (text.front() != '[') return canonical_json(text);
  auto elements = canonical_elements(text);
  std::ranges::sort(elements);
  return array_of(elements);
}

bool lacks_member(std::string_view is, std::string_view wanted) {
  if (is.front() == '{' && wanted.front() == '{') {
    using members = std::map<std::string, raw_json>;
    const auto there = json::decode<members>(is).value();
    const auto asked = json::decode<members>(wanted).value();
    return std::ranges::any_of(asked, [&](const auto& one) {
      const auto found = there.find(one.first);
      return found == there.end() || lacks_member(found->second.text(), one.second.text());
    });
  }
  if (is.front() != '[' || wanted.front() != '[') return false;
  const auto there = json::decode<std::vector<raw_json>>(is).value();
  const auto asked = json::decode<std::vector<raw_json>>(wanted).value();
  if (there.size() != asked.size()) return false;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (lacks_member(there[i].text(), asked[i].text())) return true;
  }
  return false;
}

}  // namespace weir::nats::detail
