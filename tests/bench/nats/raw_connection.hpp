// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/file_descriptor.hpp"

namespace weir::bench {

/// The least that can speak to a nats-server: a blocking socket, bytes that were encoded before,
/// and a scan for lines. It checks nothing and forgets nothing: what it costs is the server's
/// limit.
class raw_connection {
 public:
  explicit raw_connection(std::uint16_t port);

  /// Adds to what flush() writes.
  void queue(std::string_view bytes) { out_ += bytes; }
  void flush();

  /// Waits for bytes; then `each(reply, payload)` for every whole message among them.
  template <class Each>
  void read(Each&& each) {
    receive();
    frame next;
    while (take(next)) each(next.reply, next.payload);
  }
  /// Suspends the thread until the server has read all that was sent; messages are passed over.
  void round_trip();

 private:
  struct frame {
    std::string_view reply;
    std::string_view payload;
  };

  void receive();
  bool take(frame& into);
  bool take_message(std::string_view line, std::size_t body_at, frame& into);

  file_descriptor socket_;
  std::string out_;
  std::vector<char> in_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t pongs_ = 0;
};

}  // namespace weir::bench
