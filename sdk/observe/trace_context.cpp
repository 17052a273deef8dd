// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/trace_context.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "weir/loop.hpp"

namespace weir {
namespace {

constexpr std::size_t version_at = 0;
constexpr std::size_t trace_id_at = 3;
constexpr std::size_t span_id_at = 36;
constexpr std::size_t flags_at = 53;
constexpr unsigned sampled_flag = 1;

constexpr std::uint8_t no_digit = 0xff;

/// The value of each digit; upper case is refused, as the recommendation wants.
constexpr auto digit_values = [] {
  std::array<std::uint8_t, 256> values;
  values.fill(no_digit);
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t at = 0; at < digits.size(); ++at) {
    values[static_cast<unsigned char>(digits[at])] = static_cast<std::uint8_t>(at);
  }
  return values;
}();

/// `text` has two digits for each byte. Every message is asked, so there is no way out half-way.
template <std::size_t Size>
bool read_hex(std::string_view text, std::array<std::byte, Size>& bytes) noexcept {
  unsigned wrong = 0;
  for (std::size_t at = 0; at < Size; ++at) {
    const unsigned high = digit_values[static_cast<unsigned char>(text[2 * at])];
    const unsigned low = digit_values[static_cast<unsigned char>(text[2 * at + 1])];
    wrong |= (high | low) & 0xf0;
    bytes[at] = static_cast<std::byte>(high << 4 | low);
  }
  return wrong == 0;
}

template <std::size_t Size>
void write_hex(const std::array<std::byte, Size>& bytes, char* to) noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const std::byte one : bytes) {
    *to++ = digits[std::to_integer<std::size_t>(one >> 4)];
    *to++ = digits[std::to_integer<std::size_t>(one & std::byte{15})];
  }
}

template <std::size_t Size>
bool is_zero(const std::array<std::byte, Size>& bytes) noexcept {
  return bytes == std::array<std::byte, Size>{};
}

/// Never zeros only, which is no id.
std::array<std::byte, 8> random_bytes() noexcept {
  return std::bit_cast<std::array<std::byte, 8>>(
      std::max<std::uint64_t>(loop::current().random(), 1));
}

// The members of a tracestate: "key=value".

constexpr std::size_t key_bytes_max = 256;
constexpr std::size_t tenant_bytes_max = 241;  // in front of the @ of a key that has one
constexpr std::size_t system_bytes_max = 14;   // behind it
constexpr std::size_t value_bytes_max = 256;
/// A list that is too long loses the longer ones first.
constexpr std::size_t long_member_bytes = 128;
/// No list of members within their bounds is longer, white space apart.
constexpr std::size_t list_bytes_max = std::size_t{32} * 1024;

constexpr bool is_letter(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_of_key(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '*' || c == '/';
}
constexpr bool is_of_value(char c) noexcept { return c >= ' ' && c <= '~' && c != ',' && c != '='; }

bool is_part_of_key(std::string_view part, std::size_t bytes_max, bool may_begin_with_digit) {
  if (part.empty() || part.size() > bytes_max || !std::ranges::all_of(part, is_of_key)) {
    return false;
  }
  return is_letter(part.front()) || (may_begin_with_digit && is_digit(part.front()));
}

bool is_key(std::string_view key) {
  const std::size_t sign = key.find('@');
  if (sign == key.npos) return is_part_of_key(key, key_bytes_max, false);
  return is_part_of_key(key.substr(0, sign), tenant_bytes_max, true) &&
         is_part_of_key(key.substr(sign + 1), system_bytes_max, false);
}

bool is_value(std::string_view value) {
  return !value.empty() && value.size() <= value_bytes_max && value.back() != ' ' &&
         std::ranges::all_of(value, is_of_value);
}

std::string_view without_space(std::string_view text) {
  constexpr std::string_view space = " \t";
  const std::size_t first = text.find_first_not_of(space);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::string_view key_of(std::string_view member) { return member.substr(0, member.find('=')); }

/// Nothing where the list breaks a rule.
std::optional<std::vector<std::string_view>> read_members(std::string_view list) {
  std::vector<std::string_view> members;
  for (bool is_last = false; !is_last;) {
    const std::size_t comma = list.find(',');
    is_last = comma == list.npos;
    const std::string_view member = without_space(list.substr(0, comma));
    if (!is_last) list.remove_prefix(comma + 1);
    if (member.empty()) continue;  // Allowed, as in other lists of headers.
    const std::size_t sign = member.find('=');
    if (sign == member.npos || !is_key(member.substr(0, sign)) ||
        !is_value(member.substr(sign + 1)) || members.size() == trace_context::state_members_max) {
      return std::nullopt;
    }
    const std::string_view key = member.substr(0, sign);
    if (std::ranges::find(members, key, key_of) != members.end()) return std::nullopt;
    members.push_back(member);
  }
  return members;
}

/// With the commas between them.
std::size_t list_size(const std::vector<std::string_view>& members) {
  std::size_t size = members.empty() ? 0 : members.size() - 1;
  for (const std::string_view one : members) size += one.size();
  return size;
}

void shorten(std::vector<std::string_view>& members) {
  const auto is_long = [](std::string_view one) { return one.size() > long_member_bytes; };
  while (list_size(members) > trace_context::state_bytes_max) {
    const auto last_long = std::ranges::find_if(members.rbegin(), members.rend(), is_long);
    if (last_long != members.rend()) {
      members.erase(std::prev(last_long.base()));
    } else {
      members.pop_back();
    }
  }
}

std::string read_state(std::string_view list) {
  if (list.empty() || list.size() > list_bytes_max) return {};
  auto members = read_members(list);
  if (!members) return {};
  shorten(*members);
  std::string state;
  for (const std::string_view one : *members) {
    if (!state.empty()) state += ',';
    state += one;
  }
  return state;
}

}  // namespace

std::optional<trace_context> trace_context::parse(std::string_view traceparent,
                                                  std::string_view tracestate) {
  if (traceparent.size() < traceparent_length) return std::nullopt;
  std::array<std::byte, 1> version;
  std::array<std::byte, 1> flags;
  trace_context read;
  const bool is_one =
      read_hex(traceparent.substr(version_at), version) && traceparent[trace_id_at - 1] == '-' &&
      read_hex(traceparent.substr(trace_id_at), read.trace_id) &&
      traceparent[span_id_at - 1] == '-' &&
      read_hex(traceparent.substr(span_id_at), read.span_id) && traceparent[flags_at - 1] == '-' &&
      read_hex(traceparent.substr(flags_at), flags) && read.is_valid();
  if (!is_one || version[0] == std::byte{0xff}) return std::nullopt;
  const bool has_more = traceparent.size() > traceparent_length;
  const bool is_later = version[0] != std::byte{0};
  if (has_more && (!is_later || traceparent[traceparent_length] != '-')) return std::nullopt;
  read.sampled = (std::to_integer<unsigned>(flags[0]) & sampled_flag) != 0;
  read.state = read_state(tracestate);
  return read;
}

trace_context trace_context::begin(bool sampled) {
  trace_context made;
  const auto high = random_bytes();
  const auto low = random_bytes();
  std::ranges::copy(low, std::ranges::copy(high, made.trace_id.begin()).out);
  made.span_id = random_bytes();
  made.sampled = sampled;
  return made;
}

trace_context trace_context::child() const {
  trace_context made = *this;
  made.span_id = random_bytes();
  return made;
}

bool trace_context::is_valid() const noexcept { return !is_zero(trace_id) && !is_zero(span_id); }

std::string trace_context::traceparent() const {
  std::string text = "00-00000000000000000000000000000000-0000000000000000-00";
  write_hex(trace_id, text.data() + trace_id_at);
  write_hex(span_id, text.data() + span_id_at);
  if (sampled) text.back() = '1';
  return text;
}

std::array<char, 32> trace_context::trace_id_text() const noexcept {
  std::array<char, 32> text;
  write_hex(trace_id, text.data());
  return text;
}

std::array<char, 16> trace_context::span_id_text() const noexcept {
  std::array<char, 16> text;
  write_hex(span_id, text.data());
  return text;
}

}  // namespace weir
