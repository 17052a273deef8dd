// SPDX-License-Identifier: Apache-2.0
// An echo server written by hand on liburing: the ring's flags and operations that weir uses, and
// nothing around them.
#include <liburing.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include "cpu_time.hpp"
#include "echo_load.hpp"
#include "listen.hpp"
#include "operations.hpp"
#include "weir/error.hpp"

namespace weir::bench {
namespace {

constexpr unsigned entries = 256;
constexpr unsigned buffers = 256;
constexpr unsigned buffer_bytes = 4096;
constexpr std::uint64_t send_mark = std::uint64_t{1} << 63;

void require(int status, const char* what) {
  if (status < 0) throw error::from_errno(-status, what);
}

class echo_ring {
 public:
  echo_ring() {
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                       IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL;
    parameters.cq_entries = 8 * entries;
    require(io_uring_queue_init_params(entries, &ring_, &parameters), "io_uring for the echo peer");
    io_uring_register_ring_fd(&ring_);
    void* memory = std::aligned_alloc(buffer_bytes, buffers * sizeof(io_uring_buf));
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uintptr_t>(memory);
    registration.ring_entries = buffers;
    require(io_uring_register_buf_ring(&ring_, &registration, 0), "buffers for the echo peer");
    given_ = static_cast<io_uring_buf_ring*>(memory);
    io_uring_buf_ring_init(given_);
    for (unsigned index = 0; index < buffers; ++index) give_back(index);
  }
  ~echo_ring() {
    io_uring_queue_exit(&ring_);
    std::free(given_);
  }
  echo_ring(const echo_ring&) = delete;
  echo_ring& operator=(const echo_ring&) = delete;

  void receive(int connection) {
    io_uring_sqe* entry = next_entry();
    io_uring_prep_recv_multishot(entry, connection, nullptr, 0, 0);
    entry->flags |= IOSQE_BUFFER_SELECT;
    io_uring_sqe_set_data64(entry, static_cast<std::uint64_t>(connection));
  }

  /// Serves until every one of `open` connections has ended.
  void serve(int open) {
    while (open > 0) {
      const int status = io_uring_submit_and_wait(&ring_, 1);
      if (status != -EINTR && status != -EBUSY) require(status, "wait of the echo peer");
      unsigned head = 0;
      unsigned count = 0;
      io_uring_cqe* completion = nullptr;
      io_uring_for_each_cqe(&ring_, head, completion) {
        ++count;
        open -= take(*completion);
      }
      io_uring_cq_advance(&ring_, count);
    }
  }

 private:
  io_uring_sqe* next_entry() {
    if (io_uring_sqe* entry = io_uring_get_sqe(&ring_)) return entry;
    io_uring_submit(&ring_);
    return io_uring_get_sqe(&ring_);
  }

  void give_back(unsigned index) {
    io_uring_buf_ring_add(given_, pool_.data() + std::size_t{index} * buffer_bytes, buffer_bytes,
                          static_cast<unsigned short>(index), buffers - 1, 0);
    io_uring_buf_ring_advance(given_, 1);
  }

  /// 1 when a connection has ended.
  int take(const io_uring_cqe& completion) {
    if ((completion.user_data & send_mark) != 0) {
      give_back(static_cast<unsigned>(completion.user_data & ~send_mark));
      return 0;
    }
    const int connection = static_cast<int>(completion.user_data);
    if (completion.res == 0) return 1;
    if (completion.res > 0) {
      const unsigned buffer = completion.flags >> IORING_CQE_BUFFER_SHIFT;
      io_uring_sqe* entry = next_entry();
      io_uring_prep_send(entry, connection, pool_.data() + std::size_t{buffer} * buffer_bytes,
                         static_cast<std::size_t>(completion.res), MSG_NOSIGNAL);
      io_uring_sqe_set_data64(entry, send_mark | buffer);
    } else if (completion.res != -ENOBUFS) {
      require(completion.res, "receive of the echo peer");
    }
    if ((completion.flags & IORING_CQE_F_MORE) == 0) receive(connection);
    return 0;
  }

  io_uring ring_{};
  io_uring_buf_ring* given_ = nullptr;
  std::vector<char> pool_ = std::vector<char>(std::size_t{buffers} * buffer_bytes);
};

}  // namespace

double uring_echo() {
  std::uint16_t port = 0;
  const file_descriptor listener = listen_on_free_port(port);
  const echo_load load(port);
  echo_ring ring;
  std::vector<file_descriptor> connections;
  for (int count = 0; count < echo_connections; ++count) {
    connections.emplace_back(
        ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    ring.receive(connections.back().get());
  }
  const double start = thread_cpu_ns();
  ring.serve(echo_connections);
  return (thread_cpu_ns() - start) / echo_requests;
}

}  // namespace weir::bench
