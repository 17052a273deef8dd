// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "run.hpp"
#include "sockets.hpp"
#include "weir/scope.hpp"
#include "weir/tcp.hpp"
#include "weir/timeout.hpp"
#include "weir/unix_socket.hpp"
#include "weir/yield.hpp"

namespace weir::test {
namespace {

struct connection_pair {
  tcp_stream ours;
  tcp_stream theirs;
};

task<connection_pair> connect_pair() {
  auto listener = tcp_listener::bind("127.0.0.1", 0);
  auto ours = co_await tcp_stream::connect("127.0.0.1", listener.port());
  auto theirs = co_await listener.accept();
  co_return connection_pair{std::move(ours), std::move(theirs)};
}

task<> let_others_run(int turns) {
  for (int turn = 0; turn < turns; ++turn) co_await yield();
}

task<std::string> receive_to_end(socket_stream& source) {
  std::string text;
  for (;;) {
    const received_bytes part = co_await source.receive();
    if (part.empty()) co_return text;
    text += part.text();
  }
}

/// Sends a text and the end behind it, before or after the other side asks for them.
task<> check_the_end(socket_stream& ours, socket_stream& theirs, bool asked_before) {
  co_await with_scope([&](scope& children) -> task<> {
    std::string received;
    const auto receive = [](socket_stream& source, std::string& into) -> task<> {
      into = co_await receive_to_end(source);
    };
    if (asked_before) children.spawn(receive(ours, received));
    if (asked_before) co_await let_others_run(2);
    co_await theirs.write_all("hello");
    theirs.shutdown_write();
    if (!asked_before) children.spawn(receive(ours, received));
    co_await children.join();
    CHECK(received == "hello");
  });
}

task<> write_counted(tcp_stream& target, const std::string& part, std::size_t& written) {
  for (;;) {
    co_await target.write_all(part);
    written += part.size();
  }
}

/// Suspends until `value` has stood still for a good while.
task<> until_it_stands(const std::size_t& value) {
  constexpr int turns_without_change = 2000;
  std::size_t seen = value;
  for (int turns = 0; turns < turns_without_change; ++turns) {
    co_await yield();
    if (value != seen) turns = 0;
    seen = value;
  }
}

/// What receive() would give without waiting.
std::vector<received_bytes> take_ready(tcp_stream& source) {
  std::vector<received_bytes> taken;
  for (;;) {
    auto next = source.receive();
    if (!next.await_ready()) return taken;
    taken.push_back(next.await_resume());
  }
}

task<> keep_one(tcp_stream& source, std::vector<received_bytes>& kept) {
  kept.push_back(co_await source.receive());
}

constexpr std::size_t every_buffer = 256;

task<> keep_every_buffer(connection_pair& pair, std::vector<received_bytes>& kept) {
  while (kept.size() < every_buffer) {
    co_await pair.ours.write_all("x");
    co_await keep_one(pair.theirs, kept);
  }
}

}  // namespace

TEST_SUITE("runtime.receive") {
  TEST_CASE("bytes come in order and in one piece, and then the end, again and again") {
    run([]() -> task<> {
      connection_pair pair = co_await connect_pair();
      std::string sent;
      for (int number = 0; number < 20'000; ++number) sent += std::to_string(number) + " ";
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(pair.ours.write_all(sent));
        std::string text;
        while (text.size() < sent.size()) text += (co_await pair.theirs.receive()).text();
        CHECK(text == sent);
        co_await children.join();
      });
      pair.ours.shutdown_write();
      CHECK((co_await pair.theirs.receive()).empty());
      CHECK((co_await pair.theirs.receive()).empty());
    });
  }

  TEST_CASE("the end is told that comes with the last bytes, over TCP and over Unix sockets") {
    run([]() -> task<> {
      for (const bool asked_before : {false, true}) {
        connection_pair tcp = co_await connect_pair();
        co_await check_the_end(tcp.ours, tcp.theirs, asked_before);
        std::array<unix_stream, 2> ends = unix_stream::pair();
        co_await check_the_end(ends[0], ends[1], asked_before);
      }
    });
  }

  TEST_CASE("a cancelled receive has taken nothing") {
    run([]() -> task<> {
      connection_pair pair = co_await connect_pair();
      for (int attempt = 0; attempt < 3; ++attempt) {
        const auto late = co_await with_timeout(duration(1), pair.theirs.receive()).as_result();
        REQUIRE(!late.has_value());
        CHECK(late.error().code() == errc::deadline_exceeded);
      }
      co_await pair.ours.write_all("first");
      pair.ours.shutdown_write();
      co_await let_others_run(10);
      CHECK(co_await receive_to_end(pair.theirs) == "first");
    });
  }

  TEST_CASE("what may come ahead of a slow consumer has a bound, and nothing is lost by it") {
    run([]() -> task<> {
      connection_pair pair = co_await connect_pair();
      const std::string part(16 << 10, 'x');
      std::size_t written = 0;
      std::size_t received = 0;
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(write_counted(pair.ours, part, written));
        received += (co_await pair.theirs.receive()).size();
        co_await until_it_stands(written);
        {
          const auto ahead = take_ready(pair.theirs);
          CHECK(ahead.size() >= tcp_stream::received_ahead_max);
          CHECK(ahead.size() < tcp_stream::received_ahead_max + detail::arrivals::burst_max);
          for (const auto& bytes : ahead) received += bytes.size();
        }
        // The peer goes on when the consumer does.
        const std::size_t before = written;
        while (written < before + part.size()) received += (co_await pair.theirs.receive()).size();
      });
      pair.ours.close();
      received += (co_await receive_to_end(pair.theirs)).size();
      CHECK(received >= written);
    });
  }

  TEST_CASE("a receive that finds no buffer goes on when one is given back") {
    run([]() -> task<> {
      connection_pair one = co_await connect_pair();
      connection_pair other = co_await connect_pair();
      std::vector<received_bytes> kept;
      co_await keep_every_buffer(one, kept);
      co_await other.ours.write_all("late");
      std::vector<received_bytes> late;
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(keep_one(other.theirs, late));
        while (loop::current().driver().counters().buffer_waits == 0) co_await yield();
        CHECK(late.empty());
        CHECK(loop::current().driver().counters().buffers_lent == every_buffer);
        kept.pop_back();
        co_await children.join();
      });
      REQUIRE(late.size() == 1);
      CHECK(late[0].text() == "late");
    });
  }

  TEST_CASE("a receive that has nothing to read keeps no buffer from one that has") {
    run([]() -> task<> {
      connection_pair one = co_await connect_pair();
      connection_pair idle = co_await connect_pair();
      connection_pair other = co_await connect_pair();
      std::vector<received_bytes> kept;
      co_await keep_every_buffer(one, kept);
      co_await other.ours.write_all("late");
      std::vector<received_bytes> none;
      std::vector<received_bytes> late;
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(keep_one(idle.theirs, none));
        co_await let_others_run(200);
        children.spawn(keep_one(other.theirs, late));
        co_await let_others_run(200);
        CHECK(late.empty());
        kept.pop_back();
        while (late.empty()) co_await yield();
      });
      CHECK(none.empty());
      CHECK(late[0].text() == "late");
    });
  }

  TEST_CASE("a stream that has received may go at any moment, and its loop may end") {
    run([]() -> task<> {
      connection_pair pair = co_await connect_pair();
      co_await pair.ours.write_all("taken");
      CHECK((co_await pair.theirs.receive()).text() == "taken");
      co_await pair.ours.write_all("never taken");
    });
  }

  TEST_CASE("a stream is moved between two receives") {
    run([]() -> task<> {
      connection_pair pair = co_await connect_pair();
      co_await pair.ours.write_all("one");
      CHECK((co_await pair.theirs.receive()).text() == "one");
      tcp_stream moved = std::move(pair.theirs);
      co_await pair.ours.write_all("two");
      CHECK((co_await moved.receive()).text() == "two");
    });
  }

  TEST_CASE("a stream takes the place of one that has received") {
    run([]() -> task<> {
      connection_pair first = co_await connect_pair();
      connection_pair second = co_await connect_pair();
      co_await first.ours.write_all("one");
      CHECK((co_await first.theirs.receive()).text() == "one");
      co_await second.ours.write_all("two");
      CHECK((co_await second.theirs.receive()).text() == "two");
      first.theirs = std::move(second.theirs);
      connection_pair third = co_await connect_pair();  // By a descriptor that was just closed.
      co_await third.ours.write_all("three");
      CHECK((co_await third.theirs.receive()).text() == "three");
      co_await second.ours.write_all("still two");
      CHECK((co_await first.theirs.receive()).text() == "still two");
    });
  }

  TEST_CASE("a connection that breaks is an error that names the peer") {
    run([]() -> task<> {
      connection_pair pair = co_await connect_pair();
      co_await pair.theirs.write_all("unread");
      pair.ours.close();  // With bytes unread: a reset.
      const auto broken = co_await pair.theirs.receive().as_result();
      REQUIRE(!broken.has_value());
      CHECK(broken.error().code() == std::errc::connection_reset);
      CHECK(broken.error().message().find(pair.theirs.peer()) != std::string::npos);
    });
  }
}

}  // namespace weir::test
