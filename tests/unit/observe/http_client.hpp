// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "weir/error.hpp"
#include "weir/tcp.hpp"

namespace weir::test {

/// One answer, as a client sees it.
struct http_answer {
  int status = 0;
  std::string header;  ///< With its status line.
  std::string body;

  bool says(std::string_view line) const {
    return header.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
  }
};

/// A client that is as patient as its server.
class http_client {
 public:
  explicit http_client(tcp_stream link) : link_(std::move(link)) {}

  static task<http_client> connect(socket_address to) {
    tcp_stream link = co_await tcp_stream::connect(to);
    co_return http_client(std::move(link));
  }

  task<> send(std::string text) { co_await link_.write_all(text); }
  void end_sending() { link_.shutdown_write(); }

  /// The next answer; one to HEAD has no body. Throws `end_of_stream` where none comes.
  task<http_answer> next(bool has_body = true) {
    http_answer made;
    made.header = co_await take_through("\r\n\r\n");
    std::from_chars(made.header.data() + 9, made.header.data() + 12, made.status);
    constexpr std::string_view length = "\r\nContent-Length: ";
    const std::size_t at = made.header.find(length);
    std::size_t size = 0;
    if (at != std::string::npos) {
      const char* digits = made.header.data() + at + length.size();
      std::from_chars(digits, made.header.data() + made.header.size(), size);
    }
    if (has_body) {
      while (read_.size() < size) co_await read_more();
      made.body = read_.substr(0, size);
      read_.erase(0, size);
    }
    co_return made;
  }

  task<http_answer> ask(std::string request) {
    co_await send(std::move(request));
    co_return co_await next();
  }

  /// Waits until the server has closed, whatever it says before; true when it ended the stream,
  /// false when it reset the connection.
  task<bool> closed() {
    for (;;) {
      const auto more = co_await read_more().as_result();
      if (more) continue;
      co_return more.error().is(errc::end_of_stream);
    }
  }
  /// What has come and was not looked at.
  const std::string& unread() const { return read_; }

 private:
  task<> read_more() {
    const std::size_t count = co_await link_.read_some(part_);
    if (count == 0) {
      throw error(errc::end_of_stream, disposition::retry, "the server has ended the stream");
    }
    read_.append(reinterpret_cast<const char*>(part_.data()), count);
  }

  task<std::string> take_through(std::string_view end) {
    std::size_t at = 0;
    while ((at = read_.find(end)) == std::string::npos) co_await read_more();
    std::string taken = read_.substr(0, at + end.size());
    read_.erase(0, taken.size());
    co_return taken;
  }

  tcp_stream link_;
  std::string read_;
  std::array<std::byte, 4096> part_;
};

inline std::string request_for(std::string_view target, std::string_view fields = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) +
         "\r\n";
}

/// What a client gets that asks once and leaves.
inline task<http_answer> fetch(socket_address from, std::string request) {
  http_client client = co_await http_client::connect(from);
  co_return co_await client.ask(std::move(request));
}

}  // namespace weir::test
