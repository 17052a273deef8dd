// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "servers/nats_server.hpp"
#include "servers/server_error.hpp"
#include "servers/unique_fd.hpp"
#include "watchdog.hpp"

namespace {

using weir::servers::nats_server;
using weir::servers::server_error;
using weir::servers::unique_fd;

constexpr std::chrono::seconds several_starts{180};

struct held_server {
  pid_t pid;
  std::filesystem::path directory;
};

bool exists(pid_t process) { return kill(process, 0) == 0; }

pid_t parent_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("PPid:")) return static_cast<pid_t>(std::stol(line.substr(5)));
  }
  return 0;
}

/// The program server_holder, in a process group of its own, and what it printed.
struct holder {
  pid_t pid = 0;
  unique_fd output;
  std::vector<held_server> servers;

  holder() {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    output = unique_fd(ends[0]);
    const unique_fd write_end(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::string program = SERVER_HOLDER;
    std::array<char*, 2> arguments{program.data(), nullptr};
    const int error =
        posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    REQUIRE(error == 0);
    read_servers();
  }

  void read_servers() {
    std::string text;
    while (std::count(text.begin(), text.end(), '\n') < 2) {
      std::array<char, 512> part;
      const ssize_t size = read(output.get(), part.data(), part.size());
      REQUIRE(size > 0);
      text.append(part.data(), static_cast<std::size_t>(size));
    }
    std::istringstream lines(text);
    held_server server{};
    while (lines >> server.pid >> server.directory) servers.push_back(server);
  }

  /// The guards hold the holder's output open: its end says that they have finished, too.
  void wait_for_guards() {
    char ignored = 0;
    while (read(output.get(), &ignored, 1) > 0) {
    }
    waitpid(pid, nullptr, 0);
  }
};

void check_that_all_is_gone(const std::vector<held_server>& servers) {
  for (const held_server& server : servers) {
    CHECK_FALSE(exists(server.pid));
    CHECK_FALSE(std::filesystem::exists(server.directory));
  }
}

}  // namespace

TEST_SUITE("servers.guard") {
  TEST_CASE("when the program that holds servers is killed, they end and their data are removed") {
    weir::test::allow(several_starts);
    holder held;
    REQUIRE(held.servers.size() == 2);
    for (const held_server& server : held.servers) {
      CHECK(exists(server.pid));
      CHECK(std::filesystem::exists(server.directory));
    }

    kill(held.pid, SIGKILL);
    held.wait_for_guards();

    check_that_all_is_gone(held.servers);
  }

  TEST_CASE("Ctrl-C in the terminal of the holder stops the servers and removes their data") {
    weir::test::allow(several_starts);
    holder held;
    REQUIRE(held.servers.size() == 2);

    kill(-held.pid, SIGINT);  // what a terminal sends, to the whole foreground group
    held.wait_for_guards();

    check_that_all_is_gone(held.servers);
  }

  TEST_CASE("when the guard is killed, the kernel kills its server") {
    std::filesystem::path directory;
    {
      nats_server server;
      server.start();
      directory = server.directory();
      const unique_fd watched(static_cast<int>(syscall(SYS_pidfd_open, server.pid(), 0)));
      REQUIRE(watched);

      kill(parent_of(server.pid()), SIGKILL);

      pollfd ended{watched.get(), POLLIN, 0};
      CHECK(poll(&ended, 1, -1) == 1);
      CHECK_THROWS_AS(server.is_running(), server_error);
    }
    CHECK_FALSE(std::filesystem::exists(directory));
  }

  TEST_CASE("the end of a server object stops the server and removes its data") {
    pid_t pid = 0;
    std::filesystem::path directory;
    {
      nats_server server;
      server.start();
      pid = server.pid();
      directory = server.directory();
      CHECK(exists(pid));
    }
    CHECK_FALSE(exists(pid));
    CHECK_FALSE(std::filesystem::exists(directory));
  }
}
