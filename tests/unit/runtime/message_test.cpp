// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <span>
#include <string>

#include "run.hpp"
#include "weir/file_descriptor.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.message");

namespace {

class message_wait final : public io_operation {
 public:
  message_wait(io_kind kind, const file_descriptor& socket, msghdr& header)
      : io_operation({.kind = kind, .descriptor = socket.get(), .data = &header}) {}
};

task<int> send(const file_descriptor& socket, msghdr& header) {
  message_wait sending(io_kind::send_message, socket, header);
  co_return co_await sending;
}

task<int> receive(const file_descriptor& socket, msghdr& header) {
  message_wait receiving(io_kind::receive_message, socket, header);
  co_return co_await receiving;
}

struct socket_pair {
  file_descriptor left;
  file_descriptor right;
};

socket_pair make_pair(int type) {
  std::array<int, 2> ends{};
  REQUIRE(loop::current().driver().open_pair(type, ends) == 0);
  return {file_descriptor(ends[0]), file_descriptor(ends[1])};
}

/// A header over two pieces of memory.
struct two_pieces {
  two_pieces(std::span<char> first, std::span<char> second)
      : pieces{{{.iov_base = first.data(), .iov_len = first.size()},
                {.iov_base = second.data(), .iov_len = second.size()}}} {
    header.msg_iov = pieces.data();
    header.msg_iovlen = pieces.size();
  }

  std::array<iovec, 2> pieces;
  msghdr header{};
};

}  // namespace

TEST_CASE("a message is gathered from several pieces and scattered over several") {
  run([]() -> task<> {
    const socket_pair ends = make_pair(SOCK_STREAM);
    std::string hello = "hel";
    std::string world = "lo world";
    two_pieces sent(hello, world);
    std::string first(5, '-');
    std::string second(9, '-');
    two_pieces received(first, second);
    auto counts =
        co_await when_all(receive(ends.right, received.header), send(ends.left, sent.header));
    CHECK(std::get<0>(counts) == 11);
    CHECK(std::get<1>(counts) == 11);
    CHECK(first == "hello");
    CHECK(second == " world---");
  });
}

TEST_CASE("a message longer than its place is cut, and says so") {
  run([]() -> task<> {
    const socket_pair ends = make_pair(SOCK_DGRAM);
    std::string hello = "hel";
    std::string world = "lo world";
    two_pieces sent(hello, world);
    std::string first(2, '-');
    std::string second(2, '-');
    two_pieces received(first, second);
    co_await send(ends.left, sent.header);
    CHECK(co_await receive(ends.right, received.header) == 4);
    CHECK(first + second == "hell");
    CHECK((received.header.msg_flags & MSG_TRUNC) != 0);
  });
}

TEST_CASE("a message that finds no room waits for it, unless its flags say not to") {
  run([]() -> task<> {
    const socket_pair ends = make_pair(SOCK_DGRAM);
    std::string some(1000, 'x');
    std::string more(1000, 'y');
    two_pieces sent(some, more);
    sent.header.msg_flags = MSG_DONTWAIT;
    int queued = 0;
    int status = 0;
    while ((status = co_await send(ends.left, sent.header)) > 0) ++queued;
    CHECK(status == -EAGAIN);
    CHECK(queued > 0);

    sent.header.msg_flags = 0;
    const auto late = co_await with_timeout(1ms, send(ends.left, sent.header)).as_result();
    REQUIRE(late.has_value());
    CHECK(*late == -ECANCELED);

    std::string first(1000, '-');
    std::string second(1000, '-');
    two_pieces received(first, second);
    const auto take = [](const file_descriptor& socket, msghdr& header, int count) -> task<> {
      for (; count > 0; --count) co_await receive(socket, header);
    };
    auto outcome =
        co_await when_all(send(ends.left, sent.header), take(ends.right, received.header, queued));
    CHECK(std::get<0>(outcome) == 2000);
  });
}

TEST_SUITE_END();
