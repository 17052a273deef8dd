// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/delivery.hpp"

namespace weir::nats {

/// A message of a stream as an ordered consumer gives it: nothing is to be acknowledged.
class stream_message {
 public:
  /// `info` points into `received`.
  stream_message(message received, const delivery_info& info) noexcept
      : message_(std::move(received)), info_(info) {}

  std::string_view subject() const noexcept { return message_.subject(); }
  /// Empty for a consumer of headers only; the header Nats-Msg-Size then says what it would be.
  std::string_view payload() const noexcept { return message_.payload(); }
  std::optional<std::string_view> header(std::string_view name) const {
    return message_.header(name);
  }
  std::vector<std::pair<std::string, std::string>> headers() const { return message_.headers(); }

  std::uint64_t sequence() const noexcept { return info_.stream_sequence; }
  /// When the stream stored it.
  timestamp time() const noexcept { return info_.time; }
  /// How many messages were behind this one when the server sent it.
  std::uint64_t pending() const noexcept { return info_.pending; }

 private:
  message message_;
  delivery_info info_;
};

}  // namespace weir::nats
