// SPDX-License-Identifier: Apache-2.0
#include "server_line.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "weir/error.hpp"
#include "weir/poll.hpp"

namespace weir::nats::detail {
namespace {

/// An INFO line of a large cluster names a thousand servers in less.
constexpr std::size_t line_bytes_max = 256U << 10;
constexpr std::size_t peek_bytes = 4096;

/// Looks at what has come and takes it up to the end of a line; true when that was there.
bool take_up_to_end(int descriptor, std::string& line) {
  std::array<char, peek_bytes> seen;
  const ssize_t size = recv(descriptor, seen.data(), seen.size(), MSG_PEEK | MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (size < 0) throw error::from_errno(errno, "read from the server");
  if (size == 0) {
    throw error(errc::end_of_stream, disposition::retry,
                "the server closed the connection while it was being made");
  }
  const std::string_view part(seen.data(), static_cast<std::size_t>(size));
  const std::size_t end = part.find('\n');
  const std::size_t taken = end == std::string_view::npos ? part.size() : end + 1;
  line.append(part.substr(0, taken));
  recv(descriptor, seen.data(), taken, MSG_DONTWAIT);  // They are there.
  return end != std::string_view::npos;
}

}  // namespace

task<std::string> server_line::read_line() {
  std::string line;
  do {
    if (line.size() > line_bytes_max) {
      throw error(errc::protocol, disposition::retry,
                  "what answers is no nats-server: no end of a line within " +
                      std::to_string(line_bytes_max) + " bytes");
    }
    co_await poll(socket_.descriptor(), POLLIN);
  } while (!take_up_to_end(socket_.descriptor(), line));
  while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
  co_return line;
}

file_descriptor server_line::duplicate() const {
  const int made = fcntl(socket_.descriptor(), F_DUPFD_CLOEXEC, 0);
  if (made < 0) throw error::from_errno(errno, "duplicate the descriptor of a connection");
  return file_descriptor(made);
}

}  // namespace weir::nats::detail
