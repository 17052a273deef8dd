// SPDX-License-Identifier: Apache-2.0
#include "weir/datagram_socket.hpp"

#include "socket_error.hpp"
#include "socket_operations.hpp"

namespace weir {

std::string datagram_socket::name() const {
  return peer_.empty() ? "the socket " + address_.text() : "the socket to " + peer_;
}

stream<datagram> datagram_socket::datagrams(std::size_t size_max) {
  WEIR_ASSERT(size_max > 0);
  std::vector<std::byte> place(size_max);
  for (;;) {
    const received_datagram came = co_await receive_from(place);
    const auto end = place.begin() + static_cast<std::ptrdiff_t>(came.size);
    datagram owned{
        .bytes = {place.begin(), end}, .sender = came.sender, .truncated = came.truncated};
    co_yield std::move(owned);
  }
}

result<received_datagram> datagram_socket::receive_operation::finish() const {
  const int count = io_operation::await_resume();
  if (count < 0) return detail::socket_error(-count, "receive on " + socket_->name());
  return received_datagram{
      .size = static_cast<std::size_t>(count),
      .sender = {reinterpret_cast<const sockaddr*>(&sender_), header_.msg_namelen},
      .truncated = (header_.msg_flags & MSG_TRUNC) != 0};
}

/// Sends to `receiver`, or where it is null to the peer; it outlives the task.
task<> datagram_socket::send_message(std::span<const std::byte> data,
                                     const socket_address* receiver) {
  // The kernel only reads what is sent; headers have one kind of pointer.
  iovec place{.iov_base = const_cast<std::byte*>(data.data()), .iov_len = data.size()};
  msghdr header{};
  header.msg_iov = &place;
  header.msg_iovlen = 1;
  if (receiver != nullptr) {
    header.msg_name = const_cast<sockaddr*>(receiver->data());
    header.msg_namelen = receiver->size();
  }
  const int count = co_await detail::send_datagram(descriptor(), header);
  if (count >= 0) co_return;
  const std::string to = receiver != nullptr ? " to " + receiver->text() : "";
  throw detail::socket_error(
      -count, "send " + std::to_string(data.size()) + " bytes" + to + " from " + name());
}

task<> datagram_socket::send_to(std::span<const std::byte> data, socket_address receiver) {
  co_await send_message(data, &receiver);
}

task<> datagram_socket::send_to(std::string_view text, const socket_address& receiver) {
  return send_to(std::as_bytes(std::span(text)), receiver);
}

task<> datagram_socket::send(std::span<const std::byte> data) {
  return send_message(data, nullptr);
}

task<> datagram_socket::send(std::string_view text) { return send(std::as_bytes(std::span(text))); }

}  // namespace weir
