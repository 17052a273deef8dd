// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "weir/file_descriptor.hpp"
#include "weir/task.hpp"
#include "weir/tcp.hpp"

namespace weir::nats::detail {

/// The bytes between a client and a server while they introduce themselves, line by line.
///
/// It takes nothing from the socket that stands behind the line asked for, so that the socket can
/// then be given to whoever reads on.
class server_line {
 public:
  explicit server_line(tcp_stream socket) noexcept : socket_(std::move(socket)) {}

  /// Suspends until a whole line has come; gives it without its end. Throws where the server closes
  /// the connection, or sends no end of line within `line_bytes_max`.
  task<std::string> read_line();
  task<> write_all(std::string_view text) { return socket_.write_all(text); }

  /// A second descriptor of the socket, which lives on when this object ends.
  file_descriptor duplicate() const;

 private:
  tcp_stream socket_;
};

}  // namespace weir::nats::detail
