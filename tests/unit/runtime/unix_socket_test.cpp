// SPDX-License-Identifier: Apache-2.0
#include "weir/unix_socket.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "run.hpp"
#include "sockets.hpp"
#include "temporary_directory.hpp"
#include "weir/file_descriptor.hpp"
#include "weir/scope.hpp"
#include "weir/socket_address.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.unix_socket");

namespace {

/// Whether there is a socket at `path`.
task<bool> is_there(std::string path) {
  const auto connected = co_await unix_stream::connect(path).as_result();
  co_return connected.has_value() ||
      connected.error().code() != std::errc::no_such_file_or_directory;
}

/// Listens at `path` with the smallest backlog that there is.
file_descriptor listen_narrowly(const std::string& path) {
  socket_calls& calls = loop::current().driver();
  file_descriptor made(calls.open_socket(AF_UNIX, SOCK_STREAM));
  REQUIRE(calls.bind_socket(made.get(), socket_address::of_path(path)) == 0);
  REQUIRE(calls.listen_on(made.get(), 0) == 0);
  return made;
}

task<> serve_one(unix_listener& listener) {
  unix_stream peer = co_await listener.accept();
  co_await echo(peer);
}

}  // namespace

TEST_CASE("what is written comes back from an echo") {
  const temporary_directory place;
  run([&]() -> task<> {
    unix_listener listener = unix_listener::bind(place / "a.sock");
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(serve_one(listener));
      unix_stream client = co_await unix_stream::connect(place / "a.sock");
      co_await client.write_all("over a path");
      client.shutdown_write();
      CHECK(co_await read_to_end(client) == "over a path");
      co_await children.join();
    });
  });
}

TEST_CASE("the listener removes its path, and one that was moved from does not") {
  const temporary_directory place;
  const std::string path = place / "a.sock";
  const std::string other_path = place / "b.sock";
  run([&]() -> task<> {
    {
      unix_listener first = unix_listener::bind(path);
      {
        const unix_listener second = std::move(first);
        CHECK(co_await is_there(path));
      }
      CHECK_FALSE(co_await is_there(path));
    }
    {
      unix_listener again = unix_listener::bind(path);
      again = unix_listener::bind(other_path);
      CHECK_FALSE(co_await is_there(path));
      CHECK(co_await is_there(other_path));
    }
    CHECK_FALSE(co_await is_there(other_path));
  });
}

TEST_CASE("errors name the path: nobody listens, it exists, it is too long") {
  const temporary_directory place;
  run([&]() -> task<> {
    const std::string path = place / "a.sock";
    const auto missing = co_await unix_stream::connect(path).as_result();
    CHECK(missing.error().message() == "connect to unix:" + path + ": No such file or directory");

    const unix_listener first = unix_listener::bind(path);
    const std::string taken = "listen on unix:" + path + ": Address already in use";
    CHECK_THROWS_WITH_AS(unix_listener::bind(path), doctest::Contains(taken.c_str()), error);
    CHECK_THROWS_AS(unix_listener::bind(std::string(200, 'x')), error);
    CHECK_THROWS_AS(unix_listener::bind(""), error);
  });
}

TEST_CASE("a listener without room for a connection is an error that a retry may cure") {
  const temporary_directory place;
  run([&]() -> task<> {
    const file_descriptor listener = listen_narrowly(place / "a.sock");
    constexpr std::size_t attempts = 4;  // more than a backlog of 0 takes
    std::vector<unix_stream> connected;
    std::vector<error> refusals;
    for (std::size_t attempt = 0; attempt < attempts; ++attempt) {
      auto made = co_await unix_stream::connect(place / "a.sock").as_result();
      if (made.has_value()) {
        connected.push_back(std::move(*made));
      } else {
        refusals.push_back(made.error());
      }
    }
    CHECK(connected.size() == 1);
    REQUIRE(refusals.size() == attempts - 1);
    CHECK(refusals.front().code() == std::errc::resource_unavailable_try_again);
    CHECK(refusals.front().disposition() == disposition::retry);
  });
}

TEST_CASE("a cancelled accept leaves the listener as it was") {
  const temporary_directory place;
  run([&]() -> task<> {
    unix_listener listener = unix_listener::bind(place / "a.sock");
    const auto late = co_await with_timeout(1ms, listener.accept()).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(serve_one(listener));
      unix_stream client = co_await unix_stream::connect(place / "a.sock");
      client.shutdown_write();
      CHECK(co_await read_to_end(client) == "");
      co_await children.join();
    });
  });
}

TEST_SUITE_END();
