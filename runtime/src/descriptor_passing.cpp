// SPDX-License-Identifier: Apache-2.0
#include "weir/descriptor_passing.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "socket_error.hpp"
#include "socket_operations.hpp"

namespace weir {
namespace {

/// Where descriptors travel beside a message.
struct alignas(cmsghdr) control_room {
  std::array<std::byte, CMSG_SPACE(sizeof(int) * descriptors_per_message_max)> bytes;
};

void put(std::span<const int> descriptors, control_room& room, msghdr& header) {
  WEIR_ASSERT(descriptors.size() <= descriptors_per_message_max);
  if (descriptors.empty()) return;
  room.bytes.fill(std::byte{0});
  header.msg_control = room.bytes.data();
  header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
  cmsghdr* part = CMSG_FIRSTHDR(&header);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(descriptors.size_bytes());
  std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size_bytes());
}

/// Takes over the descriptors that came with a message; `owned` has room for them.
void take(msghdr& header, std::vector<file_descriptor>& owned) noexcept {
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t index = 0; index < count; ++index) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(part) + index * sizeof number, sizeof number);
      WEIR_ASSERT(owned.size() < owned.capacity());
      owned.emplace_back(number);
    }
  }
}

error too_many(std::size_t received, std::size_t count_max, const std::string& from) {
  const std::string what = "receive descriptors from " + from;
  if (received < count_max) return detail::socket_error(EMFILE, what);
  return {errc::limit_exceeded, disposition::permanent,
          what + ": more than the " + std::to_string(count_max) +
              " that are allowed came with a message; all of them are closed"};
}

task<received_descriptors> receive(int socket, std::span<std::byte> into, std::size_t count_max,
                                   std::string from) {
  WEIR_ASSERT(!into.empty() && count_max <= descriptors_per_message_max);
  received_descriptors received{.size = 0, .descriptors = {}};
  received.descriptors.reserve(count_max);  // Not when they have come: they would leak.
  control_room room;
  iovec place{.iov_base = into.data(), .iov_len = into.size()};
  msghdr header{};
  header.msg_iov = &place;
  header.msg_iovlen = 1;
  header.msg_control = room.bytes.data();
  // CMSG_SPACE would leave room for one more where the number is odd.
  header.msg_controllen = CMSG_LEN(sizeof(int) * count_max);
  detail::plain_operation receiving(
      {.kind = io_kind::receive_message, .descriptor = socket, .data = &header});
  const int count = co_await receiving;
  if (count < 0) throw detail::socket_error(-count, "read from " + from);
  take(header, received.descriptors);
  if ((header.msg_flags & MSG_CTRUNC) != 0) {
    throw too_many(received.descriptors.size(), count_max, from);
  }
  received.size = static_cast<std::size_t>(count);
  co_return std::move(received);
}

}  // namespace

task<> send_descriptors(unix_stream& to, std::span<const std::byte> data,
                        std::span<const int> descriptors) {
  WEIR_ASSERT(!data.empty());
  control_room room;
  iovec place{.iov_base = const_cast<std::byte*>(data.data()), .iov_len = data.size()};
  msghdr header{};
  header.msg_iov = &place;
  header.msg_iovlen = 1;
  put(descriptors, room, header);
  detail::plain_operation sending(
      {.kind = io_kind::send_message, .descriptor = to.descriptor(), .data = &header});
  const int count = co_await sending;
  if (count < 0) throw detail::socket_error(-count, "send descriptors to " + to.peer());
  co_await to.write_all(data.subspan(static_cast<std::size_t>(count)));
}

task<> send_descriptors(unix_datagram_socket& to, std::span<const std::byte> data,
                        std::span<const int> descriptors) {
  control_room room;
  iovec place{.iov_base = const_cast<std::byte*>(data.data()), .iov_len = data.size()};
  msghdr header{};
  header.msg_iov = &place;
  header.msg_iovlen = 1;
  put(descriptors, room, header);
  const int count = co_await detail::send_datagram(to.descriptor(), header);
  if (count < 0) throw detail::socket_error(-count, "send descriptors from " + to.name());
}

task<received_descriptors> receive_descriptors(unix_stream& from, std::span<std::byte> into,
                                               std::size_t count_max) {
  return receive(from.descriptor(), into, count_max, from.peer());
}

task<received_descriptors> receive_descriptors(unix_datagram_socket& from,
                                               std::span<std::byte> into, std::size_t count_max) {
  return receive(from.descriptor(), into, count_max, from.name());
}

}  // namespace weir
