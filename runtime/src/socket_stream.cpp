// SPDX-License-Identifier: Apache-2.0
#include "weir/socket_stream.hpp"

#include "socket_operations.hpp"

namespace weir {

task<> socket_stream::write_all(std::span<const std::byte> data) {
  while (!data.empty()) {
    // The kernel only reads what is sent; requests have one kind of pointer.
    detail::plain_operation sending({.kind = io_kind::send,
                                     .descriptor = descriptor(),
                                     .data = const_cast<std::byte*>(data.data()),
                                     .size = data.size()});
    const int count = co_await sending;
    if (count < 0) throw error::from_errno(-count, "write to " + peer_);
    data = data.subspan(static_cast<std::size_t>(count));
  }
}

task<> socket_stream::write_all(std::string_view text) {
  return write_all(std::as_bytes(std::span(text)));
}

void socket_stream::shutdown_write() {
  const int status = detail::current_socket_calls().shut_down(descriptor(), SHUT_WR);
  if (status < 0) throw error::from_errno(-status, "end the stream to " + peer_);
}

}  // namespace weir
