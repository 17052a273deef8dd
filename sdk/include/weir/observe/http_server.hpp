// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "weir/clock.hpp"
#include "weir/error.hpp"
#include "weir/observe/http_page.hpp"
#include "weir/socket_address.hpp"
#include "weir/task.hpp"

namespace weir {
namespace http {
class front;
}

/// Where an http_server is, and what it serves.
struct http_server_options {
  std::string ip = "127.0.0.1";  ///< An address of this machine, in numbers.
  std::uint16_t port = 0;        ///< 0: one that is free.
  std::string name = {};         ///< Told in the header Weir-Service of each answer.
  std::vector<http_page> pages = {};
  /// Is told of what the server survives, such as a lack of descriptors. Must not throw.
  std::function<void(const error&)> report = nullptr;
};

/// What a server has done, and what it has open.
struct http_server_counters {
  std::uint64_t connections = 0;  ///< Accepted.
  std::uint64_t requests = 0;     ///< Answered by a page, whatever it said.
  std::uint64_t refused = 0;      ///< Answered without one: broken, too large, too slow, not there.
  std::uint64_t displaced = 0;    ///< Connections closed for the sake of newer ones.
  std::size_t open = 0;           ///< Connections now.
};

/// A small HTTP/1.1 server for the pages that tell how a program is: GET, HEAD, POST and PUT.
///
/// It shares its loop with the program's work, and whoever can reach it may be hostile, so it is
/// bounded in all: memory by `connections_max` times 10 KiB and an answer each, patience by the
/// limits below, and the part of the loop's time that it takes by `share_of_loop`; who asks for
/// more waits. Where all places are taken, a new connection gets that of the one that has waited
/// longest, for a request or for its answer to be read: idle and slow ones cannot keep others out.
///
/// What is not exactly HTTP/1.1 (RFC 9112) is refused and the connection closed: there is no
/// obsolete folding, no chunked body, no second Host or Content-Length. Nothing is logged.
///
///     weir::http_server pages({.port = 8080, .pages = {{.path = "/hello", .handler = greet}}});
///     children.spawn(pages.run());
class http_server {
 public:
  static constexpr std::size_t connections_max = 64;
  static constexpr std::size_t head_bytes_max = 8192;    ///< More is answered with 431.
  static constexpr std::size_t target_bytes_max = 2048;  ///< More is answered with 414.
  static constexpr std::size_t fields_max = 64;          ///< More header fields: 431.
  static constexpr std::size_t body_bytes_max = 1024;    ///< More is answered with 413.
  /// From the first byte of a request to its last; later it is answered with 408. The same for an
  /// answer to be taken, and for the next request of a connection to begin: then it is closed.
  static constexpr duration patience = std::chrono::seconds(5);
  /// In the long run each page takes at most this part of its loop's time, one twentieth, and so do
  /// the coming of connections, and the reading of what they send.
  static constexpr int share_of_loop = 20;
  /// So much time it may take at once, when it has done little before.
  static constexpr duration burst = std::chrono::milliseconds(5);

  /// Listens at once. Throws where that is impossible; `invalid_argument` for an `ip` that is none
  /// and for two pages of one path and method.
  explicit http_server(http_server_options options);
  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  /// Serves until it is cancelled, which closes all connections. Once.
  task<> run();

  /// Where it listens; the port that was free, where none was named.
  const socket_address& address() const noexcept;
  const http_server_counters& counters() const noexcept;

 private:
  std::unique_ptr<http::front> front_;
};

}  // namespace weir
