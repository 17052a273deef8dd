// SPDX-License-Identifier: Apache-2.0
#include "uring_requests.hpp"

#include <algorithm>
#include <array>

namespace weir {
namespace {

// An entry counts in 32 bits; a longer request is served in part, as the kernel would anyway.
unsigned size_of_one(const io_request& request) noexcept {
  return static_cast<unsigned>(std::min(request.size, transfer_bytes_max));
}

}  // namespace

void fill_entry(io_uring_sqe& into, const io_request& request) noexcept {
  io_uring_sqe* const entry = &into;
  const int fd = request.descriptor;
  switch (request.kind) {
    case io_kind::poll:
      return io_uring_prep_poll_add(entry, fd, static_cast<unsigned>(request.events));
    case io_kind::connect:
      return io_uring_prep_connect(entry, fd, request.address, request.address_size);
    case io_kind::receive:
      io_uring_prep_recv(entry, fd, request.data, request.size, 0);
      if (request.drained) entry->ioprio |= IORING_RECVSEND_POLL_FIRST;
      return;
    case io_kind::send:
      return io_uring_prep_send(entry, fd, request.data, request.size, MSG_NOSIGNAL);
    case io_kind::receive_message: {
      auto* header = static_cast<msghdr*>(request.data);
      const auto flags = static_cast<unsigned>(header->msg_flags | MSG_CMSG_CLOEXEC);
      return io_uring_prep_recvmsg(entry, fd, header, flags);
    }
    case io_kind::send_message: {
      const auto* header = static_cast<const msghdr*>(request.data);
      const auto flags = static_cast<unsigned>(header->msg_flags | MSG_NOSIGNAL);
      return io_uring_prep_sendmsg(entry, fd, header, flags);
    }
    case io_kind::read_at:
      return io_uring_prep_read(entry, fd, request.data, size_of_one(request),
                                static_cast<std::uint64_t>(request.position));
    case io_kind::write_at:
      return io_uring_prep_write(entry, fd, request.data, size_of_one(request),
                                 static_cast<std::uint64_t>(request.position));
    case io_kind::sync:
      return io_uring_prep_fsync(entry, fd, 0);
    case io_kind::sync_data:
      return io_uring_prep_fsync(entry, fd, IORING_FSYNC_DATASYNC);
    case io_kind::accept_many:
      return io_uring_prep_multishot_accept(entry, fd, nullptr, nullptr,
                                            SOCK_CLOEXEC | SOCK_NONBLOCK);
    case io_kind::receive_many:
      io_uring_prep_recv_multishot(entry, fd, nullptr, 0, 0);
      entry->ioprio |= IORING_RECVSEND_POLL_FIRST;
      entry->flags |= IOSQE_BUFFER_SELECT;
      entry->buf_group = uring_buffer_group;
      return;
  }
}

void receive_once(io_uring_sqe& entry) noexcept {
  entry.ioprio = static_cast<std::uint16_t>(entry.ioprio & ~IORING_RECV_MULTISHOT);
}

bool may_miss_the_end(int socket) noexcept {
  int family = AF_UNSPEC;
  socklen_t size = sizeof family;
  return ::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &family, &size) == 0 && family == AF_UNIX;
}

bool kernel_knows_operations(io_uring& ring) noexcept {
  constexpr std::array wanted = {IORING_OP_POLL_ADD, IORING_OP_ACCEPT,      IORING_OP_CONNECT,
                                 IORING_OP_RECV,     IORING_OP_SEND,        IORING_OP_RECVMSG,
                                 IORING_OP_SENDMSG,  IORING_OP_READ,        IORING_OP_WRITE,
                                 IORING_OP_FSYNC,    IORING_OP_ASYNC_CANCEL};
  io_uring_probe* probe = io_uring_get_probe_ring(&ring);
  if (probe == nullptr) return false;
  const bool all = std::all_of(wanted.begin(), wanted.end(), [probe](io_uring_op operation) {
    return io_uring_opcode_supported(probe, operation) != 0;
  });
  io_uring_free_probe(probe);
  return all;
}

}  // namespace weir
