// SPDX-License-Identifier: Apache-2.0
#include "weir/asio/stream.hpp"

#include <asio/bind_executor.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/streambuf.hpp>
#include <asio/write.hpp>
#include <numeric>
#include <optional>
#include <vector>

#include "run.hpp"
#include "streams.hpp"
#include "weir/tcp.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("asio.stream");

namespace {

/// What a handler was called with.
struct outcome {
  int calls = 0;
  asio::error_code code;
  std::size_t size = 0;

  auto handler() {
    return [this](asio::error_code came, std::size_t count) {
      ++calls;
      code = came;
      size = count;
    };
  }
};

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t at = 0; at < size; ++at) text[at] = static_cast<char>('a' + at % 26);
  return text;
}

}  // namespace

TEST_CASE("what is written on one end is read on the other") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    asio_unix_stream right(std::move(ends.right));
    CHECK(co_await left.async_write_some(asio::buffer("hello", 5), use_weir) == 5);

    std::array<char, 16> bytes{};
    const std::size_t count = co_await right.async_read_some(asio::buffer(bytes), use_weir);
    CHECK(std::string_view(bytes.data(), count) == "hello");
  });
}

TEST_CASE("several buffers are written from and read into by one operation each") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    asio_unix_stream right(std::move(ends.right));
    const std::array parts{asio::buffer("ab", 2), asio::buffer("", 0), asio::buffer("cde", 3)};
    CHECK(co_await left.async_write_some(parts, use_weir) == 5);

    std::string first(3, '\0');
    std::string second(8, '\0');
    const std::array into{asio::buffer(first), asio::buffer(second)};
    CHECK(co_await right.async_read_some(into, use_weir) == 5);
    CHECK(first == "abc");
    CHECK(second.substr(0, 2) == "de");
  });
}

TEST_CASE("of a long sequence of buffers one operation takes sixteen") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    asio_unix_stream right(std::move(ends.right));
    const std::string text = pattern(20);
    std::vector<asio::const_buffer> parts;
    for (const char& letter : text) parts.emplace_back(&letter, 1);
    CHECK(co_await left.async_write_some(parts, use_weir) == 16);
    parts.erase(parts.begin(), parts.begin() + 16);
    CHECK(co_await asio::async_write(left, parts, use_weir) == 4);

    std::string read(20, '\0');
    co_await asio::async_read(right, asio::buffer(read), use_weir);
    CHECK(read == text);
  });
}

TEST_CASE("a read into several buffers waits for bytes, and a write from several for room") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    asio_unix_stream right(std::move(ends.right));
    const std::string text = pattern(3'000'000);  // More than a socket holds.
    std::string read(text.size(), '\0');
    const std::array from{asio::buffer(text.data(), 1'000'000),
                          asio::buffer(text.data() + 1'000'000, 2'000'000)};
    const std::array into{asio::buffer(read.data(), 2'999'999),
                          asio::buffer(read.data() + 2'999'999, 1)};
    co_await when_all(as_task(asio::async_read(right, into, use_weir)),
                      as_task(asio::async_write(left, from, use_weir)));
    CHECK(read == text);
  });
}

TEST_CASE("the end of the stream is asio::error::eof") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    asio_unix_stream right(std::move(ends.right));
    left.close();
    std::array<char, 8> bytes{};
    const auto one = co_await right.async_read_some(asio::buffer(bytes), use_weir).as_result();
    CHECK(one.error().code() == asio::error::eof);
    const std::array two{asio::buffer(bytes.data(), 4), asio::buffer(bytes.data() + 4, 4)};
    const auto read = co_await right.async_read_some(two, use_weir).as_result();
    CHECK(read.error().code() == asio::error::eof);
  });
}

TEST_CASE("a failed call gives its system error") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    {
      const auto dropped = std::move(ends.right);
    }
    const auto one = co_await left.async_write_some(asio::buffer("x", 1), use_weir).as_result();
    CHECK(one.error().code() == asio::error::broken_pipe);
    const std::array parts{asio::buffer("x", 1), asio::buffer("y", 1)};
    const auto two = co_await left.async_write_some(parts, use_weir).as_result();
    CHECK(two.error().code() == asio::error::broken_pipe);
  });
}

TEST_CASE("an operation without bytes completes beside one that waits") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    std::array<char, 8> bytes{};
    outcome waiting;
    left.async_read_some(asio::buffer(bytes), waiting.handler());
    CHECK(co_await left.async_read_some(asio::buffer(bytes, 0), use_weir) == 0);
    CHECK(co_await left.async_write_some(asio::const_buffer(), use_weir) == 0);
    CHECK(waiting.calls == 0);
    left.close();
    co_await wait_for_asio();
    CHECK(waiting.calls == 1);
  });
}

TEST_CASE("a handler is never called within the initiation") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    co_await ends.right.write_all("there already");
    std::array<char, 64> bytes{};
    outcome none;
    outcome some;
    outcome sent;
    left.async_read_some(asio::buffer(bytes, 0), none.handler());
    left.async_read_some(asio::buffer(bytes), some.handler());
    left.async_write_some(asio::buffer("x", 1), sent.handler());
    CHECK(none.calls + some.calls + sent.calls == 0);

    co_await wait_for_asio();
    CHECK(none.calls == 1);
    CHECK(some.size == 13);
    CHECK(sent.size == 1);
  });
}

TEST_CASE("composed operations of Asio's work on it") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    co_await ends.right.write_all("first line\nsecond");
    std::string text;
    const std::size_t size =
        co_await asio::async_read_until(left, asio::dynamic_buffer(text), '\n', use_weir);
    CHECK(text.substr(0, size) == "first line\n");
    CHECK(text.substr(size) == "second");
  });
}

TEST_CASE("a TCP connection is a stream as well") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    auto ends = co_await when_all(tcp_stream::connect(listener.address()), listener.accept());
    asio_stream client(std::move(std::get<0>(ends)));
    asio_stream server(std::move(std::get<1>(ends)));
    client.next_layer().set_nodelay(true);
    co_await asio::async_write(client, asio::buffer("hello", 5), use_weir);
    std::array<char, 5> bytes{};
    CHECK(co_await asio::async_read(server, asio::buffer(bytes), use_weir) == 5);
    client.next_layer().shutdown_write();
    const auto end = co_await server.async_read_some(asio::buffer(bytes), use_weir).as_result();
    CHECK(end.error().code() == asio::error::eof);
  });
}

TEST_SUITE_END();
