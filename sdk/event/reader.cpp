// SPDX-License-Identifier: Apache-2.0
#include "weir/event/detail/reader.hpp"

#include <bit>

#include "weir/event/detail/keys.hpp"

namespace weir::json::detail {
namespace {

/// The index of the key with this name; `keys.size()` if there is none.
std::size_t find_name(std::span<const std::string_view> keys, std::string_view name) {
  std::size_t index = 0;
  while (index < keys.size() && name_in(keys[index]) != name) ++index;
  return index;
}

}  // namespace

/// Takes `c` if it is next, after white space.
bool reader::take(char c) {
  skip_space();
  if (at_ == end_ || *at_ != c) return false;
  ++at_;
  return true;
}

bool reader::begin_array() {
  if (!take('[')) return fail_expected("an array");
  return ++depth_ <= depth_max || fail(at_ - 1, "nested deeper than " + std::to_string(depth_max));
}

bool reader::next_element(bool& first) {
  if (take(']')) {
    --depth_;
    return false;
  }
  if (!first && !take(',')) return fail_expected("\",\" or \"]\"");
  first = false;
  return true;
}

bool reader::begin_object() {
  if (!take('{')) return fail_expected("an object");
  return ++depth_ <= depth_max || fail(at_ - 1, "nested deeper than " + std::to_string(depth_max));
}

bool reader::next_member(bool& first, std::string_view& key) {
  if (take('}')) {
    --depth_;
    return false;
  }
  if (!first && !take(',')) return fail_expected("\",\" or \"}\"");
  first = false;
  return read_text_for("a field name in quotes", key) && (take(':') || fail_expected("\":\""));
}

/// Takes `,"name":` (without the comma when it is the first) if that is next, byte for byte.
bool reader::take_key(std::string_view key, bool& first) {
  if (first) key.remove_prefix(1);
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(key)) return false;
  at_ += key.size();
  first = false;
  return true;
}

bool reader::read_object(const object_shape& shape, void* object) {
  skip_space();
  const char* const start = at_;
  if (!begin_object()) return false;
  std::uint64_t seen = 0;
  std::size_t index = 0;
  for (bool first = true;; ++index) {
    // Most writers keep the order of declaration and write no white space: that is the short way.
    if (index >= shape.keys.size() || !take_key(shape.keys[index], first)) {
      std::string_view name;
      if (!next_member(first, name)) break;
      index = find_name(shape.keys, name);
    }
    if (index == shape.keys.size()) {
      if (!skip_value()) return false;
      continue;
    }
    const std::uint64_t bit = std::uint64_t{1} << index;
    if ((seen & bit) != 0) return fail_twice(name_in(shape.keys[index]));
    seen |= bit;
    if (!shape.read_field(*this, object, index)) return in_member(name_in(shape.keys[index]));
  }
  if (failed()) return false;
  const std::uint64_t missing = shape.required & ~seen;
  if (missing == 0) return true;
  fail(start, "the required field is missing from the object");
  return in_member(name_in(shape.keys[static_cast<std::size_t>(std::countr_zero(missing))]));
}

bool reader::skip_literal(std::string_view literal) {
  const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
  if (!rest.starts_with(literal)) return fail_expected("a JSON value");
  at_ += literal.size();
  return true;
}

/// Passes over a value that nobody asked for, checking it all the same.
bool reader::skip_value() {
  skip_space();
  switch (at_ == end_ ? '\0' : *at_) {
    case '{':
    case '[':
      return skip_container();
    case '"': {
      text_span text;
      return scan_string(text);
    }
    case 't':
      return skip_literal("true");
    case 'f':
      return skip_literal("false");
    case 'n':
      return skip_literal("null");
    default: {
      std::string_view number;
      bool is_integer = false;
      return scan_number(number, is_integer);
    }
  }
}

/// The recursion is bounded by `depth_max`.
bool reader::skip_container() {
  bool first = true;
  if (*at_ == '[') {
    if (!begin_array()) return false;
    while (next_element(first)) {
      if (!skip_value()) return false;
    }
  } else {
    if (!begin_object()) return false;
    std::string_view key;
    while (next_member(first, key)) {
      if (!skip_value()) return false;
    }
  }
  return !failed();
}

bool reader::take_null() {
  skip_space();
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with("null"))
    return false;
  at_ += 4;
  return true;
}

bool reader::read(bool& out) {
  skip_space();
  if (at_ == end_ || (*at_ != 't' && *at_ != 'f')) return fail_expected("true or false");
  out = *at_ == 't';
  return skip_literal(out ? "true" : "false");
}

bool reader::read(raw_json& out) {
  skip_space();
  const char* const start = at_;
  if (!skip_value()) return false;
  out.text_.assign(start, at_);
  return true;
}

bool reader::finish() {
  skip_space();
  return at_ == end_ || fail_expected("nothing after the value");
}

}  // namespace weir::json::detail

namespace weir {

result<raw_json> raw_json::parse(std::string_view text) {
  json::detail::reader in(text);
  raw_json value;
  if (in.read(value) && in.finish()) return value;
  return in.failure("raw_json");
}

}  // namespace weir
