// SPDX-License-Identifier: Apache-2.0
#include "envelope.hpp"

#include <string_view>

namespace weir::nats::detail::model {
namespace {

constexpr std::string_view status_line = "NATS/1.0\r\n";
constexpr std::size_t line_end_bytes = 2;
constexpr std::size_t separator_bytes = 2;  // a colon and a space

const envelope& open(const void* native) noexcept {
  return **static_cast<const shared_envelope*>(native);
}

constexpr message_operations operations{
    .subject = [](const void* native) noexcept { return std::string_view(open(native).subject); },
    .reply = [](const void* native) noexcept { return std::string_view(open(native).reply); },
    .payload = [](const void* native) noexcept { return std::string_view(open(native).payload); },
    .header = [](void* native, std::string_view name) { return open(native).header(name); },
    .headers = [](void* native) { return open(native).headers; },
    .release = [](void* native) noexcept { delete static_cast<shared_envelope*>(native); }};

}  // namespace

std::optional<std::string_view> envelope::header(std::string_view name) const noexcept {
  for (const auto& one : headers) {
    if (one.first == name) return one.second;
  }
  return std::nullopt;
}

std::size_t envelope::header_bytes() const noexcept {
  if (headers.empty()) return 0;
  std::size_t bytes = status_line.size() + line_end_bytes;
  for (const auto& one : headers)
    bytes += one.first.size() + separator_bytes + one.second.size() + line_end_bytes;
  return bytes;
}

shared_envelope make_envelope(envelope made) {
  return std::make_shared<const envelope>(std::move(made));
}

message adopt(shared_envelope received) {
  return {new shared_envelope(std::move(received)), operations};
}

}  // namespace weir::nats::detail::model
