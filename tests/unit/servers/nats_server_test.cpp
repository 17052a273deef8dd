// SPDX-License-Identifier: Apache-2.0
#include "servers/nats_server.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <fstream>
#include <string>

#include "servers/loopback_port.hpp"
#include "servers/server_error.hpp"
#include "servers/unique_fd.hpp"

namespace {

using weir::servers::free_loopback_port;
using weir::servers::nats_server;
using weir::servers::sandbox;
using weir::servers::server_error;
using weir::servers::server_place;
using weir::servers::unique_fd;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Speaks the NATS protocol by hand: sends `text`, and returns all that comes until PONG.
std::string exchange(std::uint16_t port, const std::string& text) {
  const unique_fd connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  REQUIRE(connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
          0);
  const std::string request = "CONNECT {\"verbose\":false}\r\n" + text + "PING\r\n";
  REQUIRE(send(connection.get(), request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size()));
  std::string answer;
  while (answer.find("PONG\r\n") == std::string::npos) {
    std::array<char, 4096> part;
    const ssize_t size = recv(connection.get(), part.data(), part.size(), 0);
    REQUIRE(size > 0);
    answer.append(part.data(), static_cast<std::size_t>(size));
  }
  return answer;
}

/// One JetStream API request; returns when its answer has come.
std::string ask_jetstream(std::uint16_t port, const std::string& subject, const std::string& body) {
  const unique_fd connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  REQUIRE(connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
          0);
  const std::string request = "CONNECT {\"verbose\":false}\r\nSUB answer 1\r\nPUB " + subject +
                              " answer " + std::to_string(body.size()) + "\r\n" + body + "\r\n";
  REQUIRE(send(connection.get(), request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size()));
  std::string answer;
  while (answer.find("}\r\n", answer.find("MSG answer")) == std::string::npos ||
         answer.find("MSG answer") == std::string::npos) {
    std::array<char, 4096> part;
    const ssize_t size = recv(connection.get(), part.data(), part.size(), 0);
    REQUIRE(size > 0);
    answer.append(part.data(), static_cast<std::size_t>(size));
  }
  return answer;
}

char state_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("State:")) return line[line.find_first_not_of("\t ", 6)];
  }
  return '?';
}

}  // namespace

TEST_SUITE("servers.nats") {
  TEST_CASE("a started nats-server serves on its own port and tells its version") {
    nats_server server;
    CHECK_FALSE(server.is_running());
    server.start();

    CHECK(server.is_running());
    CHECK(server.url() == "nats://127.0.0.1:" + std::to_string(server.port()));
    CHECK(server.version().find('.') != std::string::npos);
    CHECK(exchange(server.port(), "").find("\"jetstream\":true") != std::string::npos);
  }

  TEST_CASE("streams survive a SIGKILL and a restart on the same port") {
    nats_server server;
    server.start();
    const std::uint16_t port = server.port();
    const pid_t first = server.pid();
    ask_jetstream(port, "$JS.API.STREAM.CREATE.KEPT", R"({"name":"KEPT","subjects":["kept.*"]})");
    const std::string stored = ask_jetstream(port, "kept.one", "hello");
    REQUIRE(stored.find("\"seq\":1") != std::string::npos);

    server.kill_hard();
    CHECK_FALSE(server.is_running());
    CHECK(server.pid() == 0);
    server.start();

    CHECK(server.port() == port);
    CHECK(server.pid() != first);
    const std::string info = ask_jetstream(port, "$JS.API.STREAM.INFO.KEPT", "");
    CHECK(info.find("\"messages\":1") != std::string::npos);
  }

  TEST_CASE("streams survive an orderly stop, and a second stop does nothing") {
    nats_server server;
    server.start();
    ask_jetstream(server.port(), "$JS.API.STREAM.CREATE.KEPT",
                  R"({"name":"KEPT","subjects":["kept.*"]})");

    server.restart();
    const std::string info = ask_jetstream(server.port(), "$JS.API.STREAM.INFO.KEPT", "");
    CHECK(info.find("\"name\":\"KEPT\"") != std::string::npos);

    server.stop();
    server.stop();
    CHECK_FALSE(server.is_running());
  }

  TEST_CASE("a paused server stands still until it is resumed, and can be stopped while paused") {
    nats_server server;
    server.start();

    server.pause();
    CHECK(state_of(server.pid()) == 'T');
    server.resume();
    CHECK(exchange(server.port(), "").find("PONG") != std::string::npos);

    server.pause();
    CHECK(state_of(server.pid()) == 'T');
    server.stop();
    CHECK_FALSE(server.is_running());
  }

  TEST_CASE("a chosen port is the server's, and streams in a kept directory are there again") {
    const sandbox box("kept");
    const std::uint16_t port = free_loopback_port();
    const server_place place{.port = port, .kept = box.path() / "deep/nats"};
    {
      nats_server server({}, place);
      CHECK(server.port() == port);
      server.start();
      CHECK(server.port() == port);
      ask_jetstream(port, "$JS.API.STREAM.CREATE.KEPT", R"({"name":"KEPT","subjects":["kept.*"]})");
      // A server of the same directory would destroy its files.
      CHECK_THROWS_WITH_AS(nats_server({}, place),
                           doctest::Contains("another program's server runs there"), server_error);
    }
    nats_server server({}, {.kept = place.kept});
    server.start();
    const std::string info = ask_jetstream(server.port(), "$JS.API.STREAM.INFO.KEPT", "");
    CHECK(info.find(R"("name":"KEPT")") != std::string::npos);
  }

  TEST_CASE("a chosen port that is taken is an error, and no other is drawn") {
    nats_server first;
    first.start();
    nats_server second({}, {.port = first.port()});
    CHECK_THROWS_WITH_AS(second.start(), doctest::Contains("address already in use"), server_error);
  }

  TEST_CASE("a server that cannot start says why, with its own words") {
    nats_server server;
    server.start();
    server.stop();
    const unique_fd occupier(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    setsockopt(occupier.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const sockaddr_in address = loopback(server.port());
    REQUIRE(bind(occupier.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(occupier.get(), 1) == 0);

    std::string text;
    try {
      server.start();
    } catch (const server_error& error) {
      text = error.what();
    }
    CHECK(text.find("ended with exit code 1 while starting") != std::string::npos);
    CHECK(text.find("address already in use") != std::string::npos);
    CHECK_FALSE(server.is_running());
  }
}
