// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "received_message.hpp"

namespace weir::nats::detail {

/// Whoever acts on what a server sends; called while the parser takes bytes, which it must not be
/// given any more of by then. The texts are valid during the call.
class protocol_handler {
 public:
  virtual void on_message(std::uint64_t subscription, const message_parts& parts) = 0;
  virtual void on_ping() = 0;
  virtual void on_pong() = 0;
  /// The JSON of an INFO line.
  virtual void on_info(std::string_view json) = 0;
  /// The words of an -ERR line, without quotes.
  virtual void on_error(std::string_view words) = 0;

 protected:
  ~protocol_handler() = default;
};

/// Reads the NATS protocol as a server speaks it, from bytes that come in any pieces.
///
///     while (...) parser.take(co_await link.read_some(parser.space()), handler);
///
/// It copies nothing that is whole. Its buffer grows for a message that is larger, and shrinks when
/// that has been given.
class protocol_parser {
 public:
  /// What one read may bring.
  static constexpr std::size_t buffer_bytes = std::size_t{256} << 10;
  /// An INFO line names every server of a cluster, a MSG line a subject and a reply.
  static constexpr std::size_t line_bytes_max = std::size_t{256} << 10;
  /// Headers and payload of a message: as much as a nats-server can be configured to take.
  static constexpr std::size_t message_bytes_max = std::size_t{64} << 20;

  protocol_parser() : bytes_(buffer_bytes) {}

  /// Where the next bytes go; never empty.
  std::span<std::byte> space();
  /// Acts on all that is whole now, with `size` more bytes in space(). Throws `protocol` (retry, by
  /// another connection) for what is not NATS and for what is larger than the limits.
  void take(std::size_t size, protocol_handler& handler);

 private:
  bool take_one(protocol_handler& handler);
  bool take_message(std::string_view line, bool has_headers, protocol_handler& handler);
  void make_room();

  std::string_view unread() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.data()) + begin_, end_ - begin_};
  }

  std::vector<std::byte> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t scanned_ = 0;  // Of the unread bytes, where no line ends.
  std::size_t needed_ = 0;   // Of the unread bytes, before there can be a whole message.
};

}  // namespace weir::nats::detail
