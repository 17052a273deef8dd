// SPDX-License-Identifier: Apache-2.0
#include "raw_connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "weir/error.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t read_bytes = 256 * 1024;

[[noreturn]] void fail(const std::string& what) {
  throw error(errc::protocol, disposition::permanent, "the raw connection: " + what);
}

std::size_t number_of(std::string_view digits) {
  std::size_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

raw_connection::raw_connection(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), in_(4 * read_bytes) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
    throw error::from_errno(errno, "connect to nats-server");
  constexpr int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  queue(
      "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"no_responders\":true}\r\n");
  round_trip();
}

void raw_connection::flush() {
  std::string_view left = out_;
  while (!left.empty()) {
    const ssize_t count = ::send(socket_.get(), left.data(), left.size(), MSG_NOSIGNAL);
    if (count < 0) throw error::from_errno(errno, "send to nats-server");
    left.remove_prefix(static_cast<std::size_t>(count));
  }
  out_.clear();
}

void raw_connection::round_trip() {
  const std::uint64_t before = pongs_;
  queue("PING\r\n");
  flush();
  while (pongs_ == before) read([](std::string_view, std::string_view) {});
}

void raw_connection::receive() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (in_.size() - end_ < read_bytes) {
    std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const ssize_t count = ::recv(socket_.get(), in_.data() + end_, in_.size() - end_, 0);
  if (count <= 0) fail("the server ended it");
  end_ += static_cast<std::size_t>(count);
}

bool raw_connection::take(frame& into) {
  while (begin_ < end_) {
    const char* at = in_.data() + begin_;
    const auto* line_end = static_cast<const char*>(std::memchr(at, '\n', end_ - begin_));
    if (line_end == nullptr) return false;
    const std::string_view line(at, static_cast<std::size_t>(line_end - at) - 1);
    const std::size_t body_at = begin_ + line.size() + 2;
    if (line.starts_with("MSG ") || line.starts_with("HMSG "))
      return take_message(line, body_at, into);
    if (line == "PONG") ++pongs_;
    if (line == "PING") queue("PONG\r\n");
    if (line.starts_with("-ERR")) fail(std::string(line));
    begin_ = body_at;
  }
  return false;
}

/// MSG subject sid [reply] size, or HMSG subject sid [reply] header-size size.
bool raw_connection::take_message(std::string_view line, std::size_t body_at, frame& into) {
  const bool has_headers = line.front() == 'H';
  const std::size_t last = line.rfind(' ');
  const std::size_t size = number_of(line.substr(last + 1));
  if (body_at > end_ || end_ - body_at < size + 2) return false;
  line = line.substr(0, last);
  if (has_headers) line = line.substr(0, line.rfind(' '));
  const std::size_t before = line.rfind(' ');
  const std::string_view word = line.substr(before + 1);
  // Three words before the sizes mean that the last one is the sid.
  const bool has_reply = line.find(' ', line.find(' ', line.find(' ') + 1) + 1) != line.npos;
  into.reply = has_reply ? word : std::string_view();
  into.payload = {in_.data() + body_at, size};
  begin_ = body_at + size + 2;
  return true;
}

}  // namespace weir::bench
