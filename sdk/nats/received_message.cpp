// SPDX-License-Identifier: Apache-2.0
#include "received_message.hpp"

#include <cstring>
#include <memory>

#include "header_block.hpp"
#include "weir/detail/frame_pool.hpp"

namespace weir::nats::detail {
namespace {

/// What stands in front of the texts of a message: subject and reply, each with a zero byte behind
/// it, headers, payload.
struct stored {
  std::size_t subject_size;
  std::size_t reply_size;
  std::size_t headers_size;
  std::size_t payload_size;

  char* text() noexcept { return reinterpret_cast<char*>(this + 1); }
  const char* text() const noexcept { return reinterpret_cast<const char*>(this + 1); }
  std::size_t reply_at() const noexcept { return subject_size + 1; }
  std::size_t headers_at() const noexcept { return reply_at() + reply_size + 1; }
  std::size_t payload_at() const noexcept { return headers_at() + headers_size; }
  std::size_t size() const noexcept { return sizeof(stored) + payload_at() + payload_size; }
};

const stored& of(const void* native) noexcept { return *static_cast<const stored*>(native); }

std::string_view headers_of(const void* native) noexcept {
  return {of(native).text() + of(native).headers_at(), of(native).headers_size};
}

constexpr message_operations operations{
    .subject = [](const void* native) noexcept -> std::string_view {
      return {of(native).text(), of(native).subject_size};
    },
    .reply = [](const void* native) noexcept -> std::string_view {
      return {of(native).text() + of(native).reply_at(), of(native).reply_size};
    },
    .payload = [](const void* native) noexcept -> std::string_view {
      return {of(native).text() + of(native).payload_at(), of(native).payload_size};
    },
    .header = [](void* native, std::string_view name) -> std::optional<std::string_view> {
      return header_block(headers_of(native)).find(name);
    },
    .headers = [](void* native) { return header_block(headers_of(native)).entries(); },
    .release = [](void* native) noexcept { weir::detail::free_frame(native, of(native).size()); }};

/// Copies a text to `to`, and gives the place behind it.
char* put(char* to, std::string_view text) noexcept {
  if (!text.empty()) std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

}  // namespace

message copy_message(const message_parts& parts) {
  const stored sizes{.subject_size = parts.subject.size(),
                     .reply_size = parts.reply.size(),
                     .headers_size = parts.headers.size(),
                     .payload_size = parts.payload.size()};
  auto* made =
      std::construct_at(static_cast<stored*>(weir::detail::allocate_frame(sizes.size())), sizes);
  char* at = put(made->text(), parts.subject);
  *at++ = '\0';
  at = put(at, parts.reply);
  *at++ = '\0';
  at = put(at, parts.headers);
  put(at, parts.payload);
  return {made, operations};
}

}  // namespace weir::nats::detail
