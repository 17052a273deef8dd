// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/headers.hpp"

#include <algorithm>

#include "quoted_text.hpp"
#include "weir/error.hpp"

namespace weir::nats {
namespace {

constexpr std::string_view separator = ": ";
constexpr std::string_view line_end = "\r\n";

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

headers::entry headers::iterator::operator*() const noexcept {
  // No name has a colon, no value a CR.
  const std::size_t name_ends = left_.find(separator);
  const std::size_t begins = name_ends + separator.size();
  return {left_.substr(0, name_ends), left_.substr(begins, left_.find(line_end, begins) - begins)};
}

headers::iterator& headers::iterator::operator++() noexcept {
  left_.remove_prefix(left_.find(line_end) + line_end.size());
  return *this;
}

headers::headers(std::initializer_list<entry> entries) {
  for (const auto& item : entries) add(item.first, item.second);
}

void headers::add(std::string_view name, std::string_view value) {
  check_header_name(name);
  check_header_value(name, value);
  const auto append = [&](std::string& to) {
    to.append(name).append(separator).append(value).append(line_end);
  };
  const std::size_t needed =
      lines_.size() + name.size() + separator.size() + value.size() + line_end.size();
  if (needed <= lines_.capacity()) return append(lines_);
  // Beside the old text, which the name and the value may be part of.
  std::string grown;
  grown.reserve(std::max(needed, 2 * lines_.capacity()));
  append(grown.append(lines_));
  lines_ = std::move(grown);
}

std::size_t headers::size() const noexcept {
  return static_cast<std::size_t>(std::ranges::count(lines_, line_end.back()));
}

std::optional<std::string_view> headers::find(std::string_view name) const noexcept {
  for (const auto& item : *this) {
    if (item.first == name) return item.second;
  }
  return std::nullopt;
}

}  // namespace weir::nats
