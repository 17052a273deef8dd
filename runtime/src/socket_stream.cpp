// SPDX-License-Identifier: Apache-2.0
#include "weir/socket_stream.hpp"

#include <array>
#include <cerrno>
#include <climits>

#include "socket_error.hpp"
#include "socket_operations.hpp"
#include "socket_options.hpp"

namespace weir {
namespace {

using byte_pieces = std::span<const std::span<const std::byte>>;

// They lie in the frame of the write. More pieces take more calls, each of many bytes.
constexpr std::size_t pieces_at_once = 64;
static_assert(pieces_at_once <= IOV_MAX);

// The kernel only reads what is sent; requests have one kind of pointer.
void* sendable(const std::byte* data) noexcept { return const_cast<std::byte*>(data); }

/// Lists `pieces` without the first `written` bytes, which are less than the first piece; gives
/// how many fit.
std::size_t list(std::span<iovec> list, byte_pieces pieces, std::size_t written) noexcept {
  const std::size_t count = std::min(list.size(), pieces.size());
  for (std::size_t index = 0; index < count; ++index) {
    list[index] = {.iov_base = sendable(pieces[index].data()), .iov_len = pieces[index].size()};
  }
  list[0] = {.iov_base = sendable(pieces[0].data() + written),
             .iov_len = pieces[0].size() - written};
  return count;
}

}  // namespace

task<> socket_stream::write_all(std::span<const std::byte> data) {
  while (!data.empty()) {
    detail::plain_operation sending({.kind = io_kind::send,
                                     .descriptor = descriptor(),
                                     .data = sendable(data.data()),
                                     .size = data.size()});
    const int count = co_await sending;
    if (count < 0) throw detail::socket_error(-count, "write to " + peer_);
    data = data.subspan(static_cast<std::size_t>(count));
  }
}

task<> socket_stream::write_all(std::string_view text) {
  return write_all(std::as_bytes(std::span(text)));
}

task<> socket_stream::write_all(byte_pieces pieces) {
  std::array<iovec, pieces_at_once> places;
  for (std::size_t written = 0;;) {
    while (!pieces.empty() && written >= pieces.front().size()) {
      written -= pieces.front().size();
      pieces = pieces.subspan(1);
    }
    if (pieces.empty()) co_return;
    msghdr header{};
    header.msg_iov = places.data();
    header.msg_iovlen = list(places, pieces, written);
    detail::plain_operation sending(
        {.kind = io_kind::send_message, .descriptor = descriptor(), .data = &header});
    const int count = co_await sending;
    if (count < 0) throw detail::socket_error(-count, "write to " + peer_);
    written += static_cast<std::size_t>(count);
  }
}

std::size_t socket_stream::try_write(std::span<const std::byte> data) {
  if (data.empty()) return 0;
  const int count = detail::current_socket_calls().send_now(descriptor(), data);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (count == -EAGAIN || count == -EINTR) return 0;
  throw detail::socket_error(-count, "write to " + peer_);
}

std::size_t socket_stream::try_write(std::string_view text) {
  return try_write(std::as_bytes(std::span(text)));
}

void socket_stream::shutdown_write() {
  const int status = detail::current_socket_calls().shut_down(descriptor(), SHUT_WR);
  if (status < 0) throw detail::socket_error(-status, "end the stream to " + peer_);
}

std::optional<error> socket_stream::take_error() {
  constexpr detail::option_name pending{SOL_SOCKET, SO_ERROR, "SO_ERROR"};
  const int failure = detail::get_option(descriptor(), pending, "the connection to " + peer_);
  if (failure == 0) return std::nullopt;
  return detail::socket_error(failure, "the connection to " + peer_);
}

void socket_stream::set_buffers(const socket_buffers& sizes) {
  detail::set_buffers(descriptor(), sizes, "the connection to " + peer_);
}

socket_buffers socket_stream::buffers() const {
  return detail::get_buffers(descriptor(), "the connection to " + peer_);
}

}  // namespace weir
