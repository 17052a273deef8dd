// SPDX-License-Identifier: Apache-2.0
// What Linux does with datagram sockets at their edges. Simulated sockets must do the same, so
// these cases run on every driver.
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "run.hpp"
#include "temporary_directory.hpp"
#include "weir/poll.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/udp.hpp"
#include "weir/unix_datagram.hpp"
#include "weir/unix_socket.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.datagram_semantics");

namespace {

task<std::string> receive_text(datagram_socket& socket) {
  std::array<std::byte, 64> place;
  const received_datagram came = co_await socket.receive_from(place);
  co_return std::string(reinterpret_cast<const char*>(place.data()), came.size);
}

class plain_wait final : public io_operation {
 public:
  using io_operation::io_operation;
};

/// Sends "x" from a bare socket, to its peer or to `receiver`.
task<int> send_from(int socket, const socket_address* receiver = nullptr) {
  char letter = 'x';
  iovec piece{.iov_base = &letter, .iov_len = 1};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_flags = MSG_DONTWAIT;
  if (receiver != nullptr) {
    header.msg_name = const_cast<sockaddr*>(receiver->data());
    header.msg_namelen = receiver->size();
  }
  plain_wait wait({.kind = io_kind::send_message, .descriptor = socket, .data = &header});
  co_return co_await wait;
}

/// Receives all that is there; gives how many datagrams that were.
task<int> drain(int socket) {
  for (int count = 0;; ++count) {
    char letter = ' ';
    plain_wait wait({.kind = io_kind::receive, .descriptor = socket, .data = &letter, .size = 1});
    auto receiving = [](plain_wait& waiting) -> task<int> { co_return co_await waiting; }(wait);
    const auto received = co_await with_timeout(1ms, std::move(receiving)).as_result();
    if (!received.has_value() || *received == -ECANCELED) co_return count;
    CHECK(*received >= 0);
  }
}

task<int> connect_to(int socket, socket_address peer) {
  plain_wait wait({.kind = io_kind::connect,
                   .descriptor = socket,
                   .address_size = peer.size(),
                   .address = peer.data()});
  co_return co_await wait;
}

socket_calls& calls() { return loop::current().driver(); }

}  // namespace

TEST_CASE("a socket without a peer cannot send to it") {
  run([]() -> task<> {
    const file_descriptor udp(calls().open_socket(AF_INET, SOCK_DGRAM));
    CHECK(co_await send_from(udp.get()) == -EDESTADDRREQ);
    const file_descriptor local(calls().open_socket(AF_UNIX, SOCK_DGRAM));
    CHECK(co_await send_from(local.get()) == -ENOTCONN);
  });
}

TEST_CASE("a socket that is not bound is with its first datagram, to a port on all hosts") {
  run([]() -> task<> {
    udp_socket server = udp_socket::bind("127.0.0.1", 0);
    const file_descriptor client(calls().open_socket(AF_INET, SOCK_DGRAM));
    CHECK(co_await send_from(client.get(), &server.address()) == 1);
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    REQUIRE(calls().local_address(client.get(), storage, size) == 0);
    const socket_address bound(reinterpret_cast<const sockaddr*>(&storage), size);
    CHECK(bound.port() != 0);
    CHECK(bound == *socket_address::of_ip("0.0.0.0", bound.port()));
    CHECK(calls().peer_address(client.get(), storage, size) == -ENOTCONN);
    std::array<std::byte, 8> place;
    const received_datagram came = co_await server.receive_from(place);
    CHECK(came.sender == *socket_address::of_ip("127.0.0.1", bound.port()));
  });
}

TEST_CASE("a port of 0, an address of another family and, without IPv4, one of IPv4 are no goals") {
  run([]() -> task<> {
    const file_descriptor four(calls().open_socket(AF_INET, SOCK_DGRAM));
    const file_descriptor six(calls().open_socket(AF_INET6, SOCK_DGRAM));
    REQUIRE(calls().set_option(six.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1) == 0);
    const auto no_port = socket_address::of_ip("127.0.0.1", 0);
    const auto some_port = socket_address::of_ip("::ffff:127.0.0.1", 9);
    CHECK(co_await send_from(four.get(), &*no_port) == -EINVAL);
    CHECK(co_await send_from(four.get(), &*some_port) == -EAFNOSUPPORT);
    CHECK(co_await send_from(six.get(), &*some_port) == -ENETUNREACH);
  });
}

TEST_CASE("a socket of IPv6 for all addresses talks with IPv4 too") {
  run([]() -> task<> {
    udp_socket server = udp_socket::bind("::", 0);
    udp_socket client = co_await udp_socket::connect("127.0.0.1", server.port());
    co_await client.send("question");
    std::array<std::byte, 64> place;
    const received_datagram came = co_await server.receive_from(place);
    CHECK(came.sender == *socket_address::of_ip("::ffff:127.0.0.1", client.port()));
    co_await server.send_to("answer", came.sender);
    CHECK(co_await receive_text(client) == "answer");

    udp_socket mapped =
        co_await udp_socket::connect(*socket_address::of_ip("::ffff:127.0.0.1", server.port()));
    CHECK(mapped.address() == *socket_address::of_ip("::ffff:127.0.0.1", mapped.port()));
    co_await mapped.send("from a socket of IPv6");
    CHECK(co_await receive_text(server) == "from a socket of IPv6");
  });
}

TEST_CASE("a socket for all addresses and a client that is connected to one of them talk") {
  run([]() -> task<> {
    udp_socket server = udp_socket::bind("0.0.0.0", 0);
    udp_socket client = co_await udp_socket::connect("127.0.0.1", server.port());
    CHECK(client.address() == *socket_address::of_ip("127.0.0.1", client.port()));
    co_await client.send("question");
    std::array<std::byte, 64> place;
    const received_datagram came = co_await server.receive_from(place);
    co_await server.send_to("answer", came.sender);
    CHECK(co_await receive_text(client) == "answer");
  });
}

TEST_CASE("of the sockets that share a port, the one that is connected gets what its peer sends") {
  run([]() -> task<> {
    const udp_options shared{.reuse_port = true};
    udp_socket peer = udp_socket::bind("127.0.0.1", 0);
    udp_socket first = udp_socket::bind("127.0.0.1", 0, shared);
    const file_descriptor connected(calls().open_socket(AF_INET, SOCK_DGRAM));
    REQUIRE(calls().set_option(connected.get(), SOL_SOCKET, SO_REUSEPORT, 1) == 0);
    REQUIRE(calls().bind_socket(connected.get(), first.address()) == 0);
    CHECK(co_await connect_to(connected.get(), peer.address()) == 0);
    for (int count = 0; count < 20; ++count) co_await peer.send_to("x", first.address());
    CHECK(co_await drain(connected.get()) == 20);
  });
}

TEST_CASE("of the sockets that share a port, one gets all that a sender sends") {
  run([]() -> task<> {
    const udp_options shared{.reuse_port = true};
    udp_socket first = udp_socket::bind("127.0.0.1", 0, shared);
    udp_socket second = udp_socket::bind("127.0.0.1", first.port(), shared);
    for (int client = 0; client < 20; ++client) {
      udp_socket sender = co_await udp_socket::connect(first.address());
      for (int count = 0; count < 3; ++count) co_await sender.send("x");
      const int at_first = co_await drain(first.descriptor());
      const int at_second = co_await drain(second.descriptor());
      CHECK(at_first + at_second == 3);
      CHECK((at_first == 0 || at_second == 0));
    }
  });
}

TEST_CASE("a refusal is an error of the socket: poll tells it, and what takes it clears it") {
  run([]() -> task<> {
    const std::uint16_t closed = udp_socket::bind("127.0.0.1", 0).port();
    udp_socket client = co_await udp_socket::connect("127.0.0.1", closed);
    CHECK(co_await poll(client.descriptor(), POLLIN | POLLOUT) == POLLOUT);
    co_await client.send("anybody?");
    const int told = co_await poll(client.descriptor(), POLLIN);
    CHECK((told & POLLERR) != 0);
    int failure = 0;
    REQUIRE(calls().get_option(client.descriptor(), SOL_SOCKET, SO_ERROR, failure) == 0);
    CHECK(failure == ECONNREFUSED);
    CHECK(co_await drain(client.descriptor()) == 0);

    udp_socket other = udp_socket::bind("127.0.0.1", 0);
    co_await other.send_to("anybody?", *socket_address::of_ip("127.0.0.1", closed));
    CHECK(co_await drain(other.descriptor()) == 0);
  });
}

TEST_CASE("a datagram makes a socket readable, an empty one too") {
  run([]() -> task<> {
    udp_socket server = udp_socket::bind("127.0.0.1", 0);
    udp_socket client = co_await udp_socket::connect(server.address());
    co_await client.send("");
    CHECK(co_await poll(server.descriptor(), POLLIN) == POLLIN);
    CHECK(co_await drain(server.descriptor()) == 1);
    CHECK(co_await poll(server.descriptor(), POLLIN | POLLOUT) == POLLOUT);
  });
}

TEST_CASE("a Unix socket takes datagrams from the one it is connected to alone") {
  const temporary_directory place;
  run([&]() -> task<> {
    unix_datagram_socket server = unix_datagram_socket::bind(place / "server");
    unix_datagram_socket stranger = unix_datagram_socket::bind(place / "stranger");
    unix_datagram_socket client = unix_datagram_socket::bind(place / "client");
    CHECK(co_await connect_to(server.descriptor(), client.address()) == 0);
    co_await client.send_to("hello", server.address());
    CHECK(co_await receive_text(server) == "hello");
    CHECK(co_await send_from(stranger.descriptor(), &server.address()) == -EPERM);
    CHECK(co_await connect_to(stranger.descriptor(), server.address()) == -EPERM);
  });
}

TEST_CASE("a path of a socket that streams takes no datagrams, and the other way round") {
  const temporary_directory place;
  run([&]() -> task<> {
    const unix_listener listener = unix_listener::bind(place / "streams");
    unix_datagram_socket socket = unix_datagram_socket::bind(place / "datagrams");
    const auto streams = socket_address::of_path(place / "streams");
    CHECK(co_await connect_to(socket.descriptor(), streams) == -EPROTOTYPE);
    CHECK(co_await send_from(socket.descriptor(), &streams) == -EPROTOTYPE);
    const auto stream = co_await unix_stream::connect(place / "datagrams").as_result();
    CHECK(stream.error().code() == std::errc::wrong_protocol_type);
  });
}

TEST_CASE("a sender learns that its peer was closed, and then has none") {
  const temporary_directory place;
  run([&]() -> task<> {
    auto server = std::make_optional(unix_datagram_socket::bind(place / "server"));
    unix_datagram_socket client = co_await unix_datagram_socket::connect(place / "server");
    co_await client.send("hello");
    server.reset();
    CHECK(co_await poll(client.descriptor(), POLLOUT) == POLLOUT);
    CHECK(co_await send_from(client.descriptor()) == -ECONNREFUSED);
    CHECK(co_await send_from(client.descriptor()) == -ENOTCONN);
  });
}

TEST_CASE("a sender that waits for room learns that its peer was closed") {
  const temporary_directory place;
  run([&]() -> task<> {
    auto server = std::make_optional(unix_datagram_socket::bind(place / "server"));
    unix_datagram_socket client = co_await unix_datagram_socket::connect(place / "server");
    while (co_await send_from(client.descriptor()) == 1) continue;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](unix_datagram_socket& sender) -> task<> {
        const auto sent = co_await sender.send("x").as_result();
        CHECK(sent.error().code() == std::errc::connection_refused);
      }(client));
      for (int turn = 0; turn < 20; ++turn) co_await yield();
      CHECK(children.size() == 1);
      server.reset();
      co_await children.join();
    });
  });
}

TEST_CASE("sockets of datagrams do not listen") {
  run([]() -> task<> {
    const udp_socket socket = udp_socket::bind("127.0.0.1", 0);
    CHECK(calls().listen_on(socket.descriptor(), 1) == -EOPNOTSUPP);
    int type = 0;
    REQUIRE(calls().get_option(socket.descriptor(), SOL_SOCKET, SO_TYPE, type) == 0);
    CHECK(type == SOCK_DGRAM);
    co_return;
  });
}

TEST_SUITE_END();
