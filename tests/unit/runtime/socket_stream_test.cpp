// SPDX-License-Identifier: Apache-2.0
#include "weir/socket_stream.hpp"

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "connected_pair.hpp"
#include "run.hpp"
#include "sockets.hpp"
#include "weir/poll.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/unix_socket.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.socket_stream");

namespace {

using byte_piece = std::span<const std::byte>;

byte_piece bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

task<> write_pieces_and_end(socket_stream& target, const std::vector<byte_piece>& pieces) {
  co_await target.write_all(pieces);
  target.shutdown_write();
}

/// `text` in pieces of 0 to `longest` bytes.
std::vector<byte_piece> cut(std::string_view text, std::size_t longest) {
  std::vector<byte_piece> pieces;
  for (std::size_t size = 0; !text.empty(); size = (size + 1) % (longest + 1)) {
    const std::string_view piece = text.substr(0, size);
    pieces.push_back(bytes_of(piece));
    text.remove_prefix(piece.size());
  }
  return pieces;
}

/// Appends one read to `text`, unless it is cancelled.
task<> read_once(socket_stream& source, std::string& text) {
  std::array<std::byte, 1000> part;
  const auto count = co_await source.read_some(part).as_result();
  if (count.has_value()) text.append(reinterpret_cast<const char*>(part.data()), *count);
}

/// Fills what the kernel keeps between the ends, until a write has to wait; gives how much was
/// written, or less.
task<std::size_t> write_until_cancelled(socket_stream& target, std::string_view text) {
  std::size_t written = 0;
  for (; written < text.size(); written += 1000) {
    auto writing = with_timeout(20ms, target.write_all(text.substr(written, 1000)));
    const auto done = co_await std::move(writing).as_result();
    if (!done.has_value()) break;
  }
  co_return written;
}

}  // namespace

TEST_CASE("pieces are written in order, whether many, empty or none") {
  run([]() -> task<> {
    std::array<unix_stream, 2> pair = unix_stream::pair();
    const std::vector<byte_piece> three{bytes_of("head, "), bytes_of(""), bytes_of("body")};
    const std::vector<byte_piece> none;
    const std::vector<byte_piece> empty{bytes_of(""), bytes_of("")};
    co_await pair[0].write_all(none);
    co_await pair[0].write_all(empty);
    co_await write_pieces_and_end(pair[0], three);
    CHECK(co_await read_to_end(pair[1]) == "head, body");
  });
}

TEST_CASE("pieces that are more than a call takes, and more than the buffers take, all arrive") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    connected_pair pair = co_await connect_pair(listener);
    pair.client.set_buffers({.send = 20'000});
    for (const std::size_t longest : {100U, 50'000U}) {
      const std::string sent = pattern(1 << 20);
      const std::vector<byte_piece> pieces = cut(sent, longest);
      std::string received;
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(pair.client.write_all(pieces));
        while (received.size() < sent.size()) co_await read_once(pair.server, received);
        co_await children.join();
      });
      CHECK((received == sent));
    }
  });
}

TEST_CASE("one end that has ended its stream still reads; when both have, both read the end") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    std::array<std::byte, 8> part;
    for (const bool client_first : {true, false}) {
      connected_pair again = co_await connect_pair(listener);
      tcp_stream& first = client_first ? again.client : again.server;
      tcp_stream& second = client_first ? again.server : again.client;
      first.shutdown_write();
      CHECK(co_await second.read_some(part) == 0);
      co_await second.write_all("more");
      CHECK(co_await first.read_some(part) == 4);
      second.shutdown_write();
      CHECK(co_await first.read_some(part) == 0);
      const auto refused = co_await first.write_all("after the end").as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().code() == std::errc::broken_pipe);
    }
  });
}

TEST_CASE("a reset reaches a peer that reads, and one that writes, as an error with its name") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    connected_pair pair = co_await connect_pair(listener);
    const auto reset_soon = [](tcp_stream& target) -> task<> {
      for (int turn = 0; turn < 10; ++turn) co_await yield();
      target.reset();
    };
    std::array<std::byte, 8> part;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(reset_soon(pair.server));
      const auto failed = co_await pair.client.read_some(part).as_result();
      REQUIRE_FALSE(failed.has_value());
      CHECK(failed.error().code() == std::errc::connection_reset);
      CHECK(failed.error().disposition() == disposition::retry);
      CHECK(failed.error().message().find("read from " + pair.client.peer()) == 0);
    });

    connected_pair second = co_await connect_pair(listener);
    const std::string much = pattern(16 << 20);
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(reset_soon(second.server));
      const auto failed = co_await second.client.write_all(much).as_result();
      REQUIRE_FALSE(failed.has_value());
      CHECK(failed.error().code() == std::errc::connection_reset);
      CHECK(failed.error().message().find("write to " + second.client.peer()) == 0);
    });
  });
}

TEST_CASE("an error that nobody asked for is told once") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    connected_pair pair = co_await connect_pair(listener);
    CHECK_FALSE(pair.client.take_error().has_value());
    pair.server.reset();
    co_await poll(pair.client.descriptor(), POLLIN);
    const auto told = pair.client.take_error();
    REQUIRE(told.has_value());
    CHECK(told->code() == std::errc::connection_reset);
    CHECK(told->message().find("the connection to " + pair.client.peer()) == 0);
    CHECK_FALSE(pair.client.take_error().has_value());
  });
}

TEST_CASE("a write to a peer that never reads waits until it is cancelled; what was sent stays") {
  run([]() -> task<> {
    std::array<unix_stream, 2> pair = unix_stream::pair();
    const std::string text = pattern(8 << 20);
    const std::size_t written = co_await write_until_cancelled(pair[0], text);
    CHECK(written > 0);
    CHECK(written < text.size());
    pair[0].close();
    const std::string received = co_await read_to_end(pair[1]);
    CHECK(received.size() >= written);
    CHECK(received.size() < written + 1000);
    CHECK((received == text.substr(0, received.size())));
  });
}

TEST_CASE("reads that are cancelled at any moment lose nothing") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    connected_pair pair = co_await connect_pair(listener);
    const std::string sent = pattern(300'000);
    const auto write_slowly = [](tcp_stream& target, std::string_view text) -> task<> {
      for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(300, text.size()))) {
        co_await target.write_all(text.substr(0, 300));
        co_await yield();
      }
    };
    std::string received;
    int cancelled = 0;
    co_await with_scope([&](scope& writers) -> task<> {
      writers.spawn(write_slowly(pair.client, sent));
      for (int round = 0; received.size() < sent.size(); ++round) {
        const std::size_t before = received.size();
        co_await with_scope([&](scope& readers) -> task<> {
          readers.spawn(read_once(pair.server, received));
          for (int turn = 0; turn < round % 4; ++turn) co_await yield();
        });
        if (received.size() == before) ++cancelled;
      }
      co_await writers.join();
    });
    CHECK((received == sent));
    CHECK(cancelled > 0);
  });
}

TEST_CASE("a thousand connections talk at the same time") {
  run([]() -> task<> {
    constexpr int connections = 1'000;
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    int right = 0;
    const auto serve = [](tcp_listener& from) -> task<> {
      tcp_stream peer = co_await from.accept();
      co_await echo(peer);
    };
    const auto talk = [](socket_address to, int id, int& successes) -> task<> {
      tcp_stream client = co_await tcp_stream::connect(to);
      const std::string sent = "connection " + std::to_string(id);
      co_await client.write_all(sent);
      client.shutdown_write();
      if (co_await read_to_end(client) == sent) ++successes;
    };
    co_await with_scope([&](scope& children) -> task<> {
      for (int id = 0; id < connections; ++id) {
        children.spawn(serve(listener));
        children.spawn(talk(listener.address(), id, right));
      }
      co_await children.join();
    });
    CHECK(right == connections);
  });
}

TEST_CASE("an address to which there is no way is an error with the address and the remedy") {
  run([]() -> task<> {
    const auto nowhere = socket_address::of_ip("255.255.255.255", 80);
    const auto failed = co_await tcp_stream::connect(*nowhere).as_result();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().code() == std::errc::network_unreachable);
    CHECK(failed.error().disposition() == disposition::retry);
    CHECK(failed.error().message() ==
          "connect to 255.255.255.255:80: Network is unreachable; there is no way to it; check "
          "the address and the routes of this machine");
  });
}

TEST_SUITE_END();
