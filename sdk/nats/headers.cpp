// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/headers.hpp"

#include <algorithm>
#include <array>

#include "quoted_text.hpp"
#include "weir/error.hpp"

namespace weir::nats {
namespace {

constexpr std::size_t separator_bytes = 4;  // a colon, a space, CR and LF

[[noreturn]] void refuse(const std::string& what) {
  throw error(errc::invalid_argument, disposition::permanent, what);
}

bool same_but_case(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, [](char a, char b) { return (a | 32) == (b | 32); });
}

void check_header_name(std::string_view name) {
  const bool plain = !name.empty() && std::ranges::all_of(name, [](char c) {
    return c > ' ' && c < 0x7f && c != ':';
  });
  if (!plain) {
    refuse("header name " + detail::quoted_text(name) +
           " cannot be used: a name is printable ASCII without space and colon, and not empty");
  }
  if (same_but_case(name, "Nats-Msg-Id")) {
    refuse("header Nats-Msg-Id is set by publish_options::msg_id, not as a header");
  }
  if (same_but_case(name, "Status")) {
    refuse("header Status marks a server's own messages and cannot be published");
  }
}

}  // namespace

void check_header_value(std::string_view name, std::string_view value) {
  if (value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) return;
  refuse("the value of header " + detail::quoted_text(name) +
         " cannot be used: CR, LF and NUL would end the header; encode the value first");
}

headers::headers(std::initializer_list<std::pair<std::string_view, std::string_view>> entries) {
  for (const auto& item : entries) add(item.first, item.second);
}

void headers::add(std::string_view name, std::string_view value) {
  check_header_name(name);
  check_header_value(name, value);
  entries_.emplace_back(name, value);
}

std::optional<std::string_view> headers::find(std::string_view name) const noexcept {
  for (const auto& item : entries_) {
    if (item.first == name) return item.second;
  }
  return std::nullopt;
}

std::size_t headers::wire_size() const noexcept {
  std::size_t size = 0;
  for (const auto& item : entries_) {
    size += item.first.size() + item.second.size() + separator_bytes;
  }
  return size;
}

}  // namespace weir::nats
