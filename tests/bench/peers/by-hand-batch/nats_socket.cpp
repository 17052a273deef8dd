// SPDX-License-Identifier: Apache-2.0
#include "nats_socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <system_error>

namespace by_hand {
namespace {

constexpr std::size_t read_bytes = std::size_t{256} << 10;
constexpr std::size_t padding_bytes = 64;  // a JSON parser may read so far past a payload
constexpr std::size_t words_max = 6;       // HMSG subject sid reply header-size size

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::uint64_t number_of(std::string_view digits) {
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

int connect_to(std::string_view url) {
  constexpr std::string_view scheme = "nats://";
  if (url.starts_with(scheme)) url.remove_prefix(scheme.size());
  const std::size_t colon = url.rfind(':');
  if (colon == url.npos) throw std::runtime_error("NATS_URL is not nats://HOST:PORT");
  const std::string host(url.substr(0, colon));
  const std::string port(url.substr(colon + 1));
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int refused = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); refused != 0)
    throw std::runtime_error("cannot find the host of NATS_URL: " +
                             std::string(gai_strerror(refused)));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
  const int made = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0 || ::connect(made, found->ai_addr, found->ai_addrlen) < 0)
    fail("cannot connect to NATS_URL");
  constexpr int on = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

}  // namespace

nats_socket::nats_socket(std::string_view url)
    : socket_(connect_to(url)), in_(4 * read_bytes + padding_bytes) {
  out_ =
      "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"no_responders\":true,"
      "\"lang\":\"c++\",\"version\":\"1\",\"name\":\"by-hand-batch\"}\r\n";
  round_trip();
}

nats_socket::~nats_socket() { ::close(socket_); }

void nats_socket::append_number(std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out_.append(digits.data(), end);
}

void nats_socket::subscribe(std::uint64_t subscription, std::string_view subject) {
  out_.append("SUB ").append(subject).append(" ");
  append_number(subscription);
  out_ += "\r\n";
}

void nats_socket::queue_publish(std::string_view subject, std::string_view reply,
                                std::string_view payload) {
  out_.append("PUB ").append(subject).append(" ").append(reply).append(" ");
  append_number(payload.size());
  out_.append("\r\n").append(payload).append("\r\n");
}

void nats_socket::queue_message(std::string_view subject, std::string_view reply,
                                std::string_view message_id, std::string_view payload) {
  constexpr std::string_view before_id = "NATS/1.0\r\nNats-Msg-Id: ";
  constexpr std::string_view after_id = "\r\n\r\n";
  const std::size_t header_bytes = before_id.size() + message_id.size() + after_id.size();
  out_.append("HPUB ").append(subject).append(" ").append(reply).append(" ");
  append_number(header_bytes);
  out_ += ' ';
  append_number(header_bytes + payload.size());
  out_.append("\r\n").append(before_id).append(message_id).append(after_id);
  out_.append(payload).append("\r\n");
}

void nats_socket::flush() {
  std::string_view left = out_;
  while (!left.empty()) {
    const ssize_t count = ::send(socket_, left.data(), left.size(), MSG_NOSIGNAL);
    if (count < 0) fail("cannot send to nats-server");
    left.remove_prefix(static_cast<std::size_t>(count));
  }
  out_.clear();
}

void nats_socket::make_room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (in_.size() - padding_bytes - end_ >= read_bytes) return;
  std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
}

void nats_socket::took(std::ptrdiff_t count) {
  if (count == 0) throw std::runtime_error("nats-server has ended the connection");
  if (count < 0) fail("cannot read from nats-server");
  end_ += static_cast<std::size_t>(count);
}

void nats_socket::receive() {
  make_room();
  took(::recv(socket_, in_.data() + end_, in_.size() - padding_bytes - end_, 0));
}

bool nats_socket::receive_within(int milliseconds) {
  pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
  if (::poll(&readable, 1, milliseconds) == 0) return false;
  receive();
  return true;
}

void nats_socket::round_trip() {
  const std::uint64_t before = pongs_;
  out_ += "PING\r\n";
  flush();
  for (nats_frame unexpected; pongs_ == before; receive()) {
    if (take(unexpected)) throw std::runtime_error("nats-server sent a message too many");
    if (pongs_ != before) break;
  }
}

bool nats_socket::take(nats_frame& into) {
  while (begin_ < end_) {
    const char* const at = in_.data() + begin_;
    const auto* line_end = static_cast<const char*>(std::memchr(at, '\n', end_ - begin_));
    if (line_end == nullptr) return false;
    const std::string_view line(at, static_cast<std::size_t>(line_end - at) - 1);
    const std::size_t next = begin_ + line.size() + 2;
    if (line.starts_with("MSG ") || line.starts_with("HMSG "))
      return take_message(line, next, into);
    if (line.starts_with("-ERR"))
      throw std::runtime_error("nats-server refuses: " + std::string(line));
    if (line == "PONG") ++pongs_;
    if (line == "PING") out_ += "PONG\r\n";
    begin_ = next;
  }
  return false;
}

/// MSG subject sid [reply] size, or HMSG subject sid [reply] header-size size.
bool nats_socket::take_message(std::string_view line, std::size_t body_at, nats_frame& into) {
  std::array<std::string_view, words_max> words;
  std::size_t count = 0;
  const bool has_headers = line.front() == 'H';
  while (count < words_max) {
    const std::size_t space = line.find(' ');
    words[count++] = line.substr(0, space);
    if (space == line.npos) break;
    line.remove_prefix(space + 1);
  }
  const std::size_t sizes = has_headers ? 2 : 1;
  const std::size_t size = number_of(words[count - 1]);
  if (end_ - begin_ < body_at - begin_ + size + 2) return false;
  const std::size_t header_size = has_headers ? number_of(words[count - 2]) : 0;
  into.subscription = number_of(words[2]);
  into.reply = count == 3 + sizes + 1 ? words[3] : std::string_view();
  into.headers = {in_.data() + body_at, header_size};
  into.payload = {in_.data() + body_at + header_size, size - header_size};
  begin_ = body_at + size + 2;
  return true;
}

}  // namespace by_hand
