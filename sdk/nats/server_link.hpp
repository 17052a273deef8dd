// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "tls_session.hpp"
#include "weir/tcp.hpp"

namespace weir::nats::detail {

/// The bytes of one connection to a server, plain or encrypted.
///
/// One read and one write may be in flight at a time. Closed with its end.
class server_link {
 public:
  virtual ~server_link() = default;

  /// Suspends until bytes come; gives how many, 0 at the end. Cancelled, it has taken none.
  virtual task<std::size_t> read_some(std::span<std::byte> into) = 0;
  virtual task<> write_all(std::string_view data) = 0;
};

std::unique_ptr<server_link> make_plain_link(tcp_stream socket);

/// Encrypts a connection from here on; the server's certificate must be for `name`. Throws
/// `unavailable` with cause and remedy where it is not accepted.
task<std::unique_ptr<server_link>> make_tls_link(std::unique_ptr<server_link> plain,
                                                 tls_context context, std::string name);

}  // namespace weir::nats::detail
