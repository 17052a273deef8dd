// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/nats/message.hpp"

namespace weir::test {
namespace detail {

struct message_texts {
  std::string subject;
  std::string reply;
  std::string payload;
};

inline const message_texts& texts_of(const void* native) noexcept {
  return *static_cast<const message_texts*>(native);
}

inline constexpr nats::detail::message_operations message_texts_operations{
    .subject = [](const void* of) noexcept { return std::string_view(texts_of(of).subject); },
    .reply = [](const void* of) noexcept { return std::string_view(texts_of(of).reply); },
    .payload = [](const void* of) noexcept { return std::string_view(texts_of(of).payload); },
    .header = [](void*, std::string_view) { return std::optional<std::string_view>(); },
    .headers = [](void*) { return std::vector<std::pair<std::string, std::string>>(); },
    .release = [](void* of) noexcept { delete static_cast<message_texts*>(of); }};

}  // namespace detail

/// A message that no server has sent, without headers.
inline nats::message fake_message(std::string subject, std::string reply, std::string payload) {
  return {new detail::message_texts{std::move(subject), std::move(reply), std::move(payload)},
          detail::message_texts_operations};
}

}  // namespace weir::test
