// SPDX-License-Identifier: Apache-2.0
#include "weir/descriptor_passing.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "descriptor_limit.hpp"
#include "run.hpp"
#include "sockets.hpp"
#include "weir/scope.hpp"
#include "weir/when_all.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.descriptor_passing");

namespace {

struct pipe_ends {
  file_descriptor read;
  file_descriptor write;
};

pipe_ends make_pipe() {
  std::array<int, 2> ends{};
  REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
  return {file_descriptor(ends[0]), file_descriptor(ends[1])};
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// True when what is written to one end of `pipe` comes out of `copy` of the other.
bool is_read_end_of(const pipe_ends& pipe, const file_descriptor& copy) {
  char value = 0;
  return ::write(pipe.write.get(), "x", 1) == 1 && ::read(copy.get(), &value, 1) == 1 &&
         value == 'x';
}

/// A batch of `count` copies of one descriptor.
std::vector<int> batch(const file_descriptor& one, std::size_t count) {
  return std::vector<int>(count, one.get());
}

class message_wait final : public io_operation {
 public:
  using io_operation::io_operation;
};

/// Receives once; keeps nothing when it is cancelled.
task<> receive_one(unix_stream& from, int& came) {
  std::array<std::byte, 8> place;
  const auto received = co_await receive_descriptors(from, place, 4).as_result();
  if (received.has_value()) came += static_cast<int>(received->descriptors.size());
}

}  // namespace

TEST_CASE_TEMPLATE("a descriptor is passed on, and both sides have their own", Socket, unix_stream,
                   unix_datagram_socket) {
  run([]() -> task<> {
    std::array<Socket, 2> ends = Socket::pair();
    const int before = open_descriptors();
    {
      pipe_ends pipe = make_pipe();
      const std::array<int, 1> given{pipe.read.get()};
      std::array<std::byte, 8> place;
      // The receiver waits already, and then one that finds the message there.
      for (const bool first : {true, false}) {
        received_descriptors received;
        if (first) {
          auto both = co_await when_all(receive_descriptors(ends[1], place, 1),
                                        send_descriptors(ends[0], bytes_of("here"), given));
          received = std::move(std::get<0>(both));
        } else {
          co_await send_descriptors(ends[0], bytes_of("here"), given);
          received = co_await receive_descriptors(ends[1], place, 1);
        }
        CHECK(received.size == 4);
        REQUIRE(received.descriptors.size() == 1);
        const file_descriptor& copy = received.descriptors.front();
        CHECK(copy.get() != pipe.read.get());
        CHECK((fcntl(copy.get(), F_GETFD) & FD_CLOEXEC) != 0);
        CHECK(is_read_end_of(pipe, copy));
      }
    }
    CHECK(open_descriptors() == before);
  });
}

TEST_CASE("descriptors come with the first of many bytes, in their order") {
  run([]() -> task<> {
    std::array<unix_stream, 2> ends = unix_stream::pair();
    const pipe_ends first = make_pipe();
    const pipe_ends second = make_pipe();
    const std::array<int, 2> given{first.read.get(), second.read.get()};
    const std::string much = pattern(2 << 20);
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(send_descriptors(ends[0], bytes_of(much), given));
      std::array<std::byte, 1000> place;
      const received_descriptors received = co_await receive_descriptors(ends[1], place, 2);
      REQUIRE(received.descriptors.size() == 2);
      CHECK(is_read_end_of(first, received.descriptors[0]));
      CHECK(is_read_end_of(second, received.descriptors[1]));
      std::size_t total = received.size;
      while (total < much.size()) {
        const received_descriptors more = co_await receive_descriptors(ends[1], place, 2);
        CHECK(more.descriptors.empty());
        total += more.size;
      }
      CHECK(total == much.size());
      co_await children.join();
    });
  });
}

TEST_CASE("a message without descriptors gives none, and the end of the stream gives nothing") {
  run([]() -> task<> {
    std::array<unix_stream, 2> ends = unix_stream::pair();
    std::array<std::byte, 8> place;
    co_await send_descriptors(ends[0], bytes_of("bare"), std::span<const int>());
    ends[0].shutdown_write();
    const received_descriptors bare = co_await receive_descriptors(ends[1], place, 4);
    CHECK(bare.size == 4);
    CHECK(bare.descriptors.empty());
    const received_descriptors end = co_await receive_descriptors(ends[1], place, 4);
    CHECK(end.size == 0);
  });
}

TEST_CASE("as many as are allowed come; one more is an error, and all are closed") {
  run([]() -> task<> {
    std::array<unix_datagram_socket, 2> ends = unix_datagram_socket::pair();
    const pipe_ends pipe = make_pipe();
    const int before = open_descriptors();
    std::array<std::byte, 8> place;
    for (const std::size_t allowed :
         {std::size_t{1}, std::size_t{4}, descriptors_per_message_max}) {
      const std::vector<int> fits = batch(pipe.read, allowed);
      co_await send_descriptors(ends[0], bytes_of("x"), fits);
      const received_descriptors all = co_await receive_descriptors(ends[1], place, allowed);
      CHECK(all.descriptors.size() == allowed);
    }
    for (const std::size_t allowed : {std::size_t{0}, std::size_t{1}, std::size_t{4}}) {
      const std::vector<int> too_many = batch(pipe.read, allowed + 1);
      co_await send_descriptors(ends[0], bytes_of("x"), too_many);
      const auto refused = co_await receive_descriptors(ends[1], place, allowed).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().is(errc::limit_exceeded));
      CHECK(refused.error().message().find("more than the " + std::to_string(allowed)) !=
            std::string::npos);
    }
    CHECK(open_descriptors() == before);
  });
}

TEST_CASE("where this process may open no more, those that came are closed, and it can go on") {
  run([]() -> task<> {
    std::array<unix_stream, 2> ends = unix_stream::pair();
    const pipe_ends pipe = make_pipe();
    const int before = open_descriptors();
    const std::vector<int> three = batch(pipe.read, 3);
    std::array<std::byte, 8> place;
    co_await send_descriptors(ends[0], bytes_of("x"), three);
    {
      const descriptor_limit two_more(2);
      const auto refused = co_await receive_descriptors(ends[1], place, 4).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().code() == std::errc::too_many_files_open);
      CHECK(refused.error().disposition() == disposition::retry);
    }
    CHECK(open_descriptors() == before);
    co_await send_descriptors(ends[0], bytes_of("x"), three);
    const received_descriptors received = co_await receive_descriptors(ends[1], place, 4);
    CHECK(received.descriptors.size() == 3);
  });
}

TEST_CASE("a plain read drops descriptors, and leaks none") {
  run([]() -> task<> {
    std::array<unix_stream, 2> ends = unix_stream::pair();
    const pipe_ends pipe = make_pipe();
    const int before = open_descriptors();
    const std::array<int, 1> given{pipe.read.get()};
    std::array<std::byte, 8> place;
    co_await send_descriptors(ends[0], bytes_of("bytes"), given);
    CHECK(co_await ends[1].read_some(place) == 5);
    CHECK(open_descriptors() == before);
  });
}

TEST_CASE("descriptors that arrive as the receive is cancelled are given or stay, and none leaks") {
  run([]() -> task<> {
    std::array<unix_stream, 2> ends = unix_stream::pair();
    const pipe_ends pipe = make_pipe();
    const int before = open_descriptors();
    const std::array<int, 1> given{pipe.read.get()};
    constexpr int rounds = 200;
    int came = 0;
    for (int round = 0; round < rounds; ++round) {
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(receive_one(ends[1], came));
        for (int turn = 0; turn < round % 3; ++turn) co_await yield();
        co_await send_descriptors(ends[0], bytes_of("x"), given);
        for (int turn = 0; turn < round % 2; ++turn) co_await yield();
      });
    }
    const int in_time = came;
    while (came < rounds) co_await receive_one(ends[1], came);
    CHECK(came == rounds);
    CHECK(in_time > 0);
    CHECK(open_descriptors() == before);
  });
}

TEST_CASE("a descriptor that comes with a message of a driver's is closed by exec") {
  run([]() -> task<> {
    std::array<unix_stream, 2> ends = unix_stream::pair();
    const std::array<int, 1> given{ends[0].descriptor()};
    co_await send_descriptors(ends[0], bytes_of("x"), given);

    char letter = ' ';
    iovec piece{.iov_base = &letter, .iov_len = 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    message_wait receiving(
        {.kind = io_kind::receive_message, .descriptor = ends[1].descriptor(), .data = &header});
    CHECK(co_await receiving == 1);
    const cmsghdr* carried = CMSG_FIRSTHDR(&header);
    REQUIRE(carried != nullptr);
    int taken = -1;
    std::memcpy(&taken, CMSG_DATA(carried), sizeof taken);
    const file_descriptor owner(taken);
    CHECK((fcntl(taken, F_GETFD) & FD_CLOEXEC) != 0);
  });
}

TEST_CASE("what is no descriptor cannot be sent, and the error says to whom") {
  run([]() -> task<> {
    std::array<unix_stream, 2> ends = unix_stream::pair();
    const std::array<int, 1> wrong{-1};
    const auto refused = co_await send_descriptors(ends[0], bytes_of("x"), wrong).as_result();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message() ==
          "send descriptors to the other end of a pair: Bad file descriptor");
  });
}

TEST_SUITE_END();
