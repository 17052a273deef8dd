// SPDX-License-Identifier: Apache-2.0
#include "weir/unix_socket.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "weir/scope.hpp"

namespace {

weir::task<> greet_once(weir::unix_listener& listener) {
  weir::unix_stream client = co_await listener.accept();
  co_await client.write_all("hello");
}

weir::task<std::string> be_greeted(std::string path) {
  weir::unix_listener listener = weir::unix_listener::bind(path);
  weir::scope children;
  children.spawn(greet_once(listener));
  std::string heard;
  {
    weir::unix_stream server = co_await weir::unix_stream::connect(path);
    while (heard.size() < 5) heard += (co_await server.receive()).text();
  }
  co_await children.join();
  co_return heard;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("unix_socket: a server and a client on one machine") {
    const auto path = std::filesystem::temp_directory_path() / "weir-example.sock";
    std::filesystem::remove(path);  // Of a run that crashed.
    weir::loop home;
    CHECK(home.run(be_greeted(path)) == "hello");
    CHECK_FALSE(std::filesystem::exists(path));  // It went with its listener.
  }
}
