// SPDX-License-Identifier: Apache-2.0
// The server of the benches: nothing of it outlives the program.
#include "postgres_process.hpp"

#include <doctest/doctest.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "child.hpp"

TEST_SUITE_BEGIN("testing.postgres_process");

namespace {

bool answers(const std::string& conninfo) {
  PGconn* const link = PQconnectdb(conninfo.c_str());
  const bool is_there = PQstatus(link) == CONNECTION_OK;
  PQfinish(link);
  return is_there;
}

}  // namespace

TEST_CASE("the server is there as long as its object, and leaves nothing") {
  std::optional<weir::test::postgres_process> server(std::in_place);
  const auto conninfo = server->conninfo("postgres");
  const auto data = server->data();
  CHECK(answers(conninfo));
  server.reset();
  CHECK_FALSE(answers(conninfo));
  CHECK_FALSE(std::filesystem::exists(data.parent_path()));
}

TEST_CASE("two servers beside each other do not know of each other") {
  const weir::test::postgres_process one;
  const weir::test::postgres_process other;
  CHECK(one.data() != other.data());
  CHECK(answers(one.conninfo("postgres")));
  CHECK(answers(other.conninfo("postgres")));
}

TEST_CASE("the server's directory may have any name") {
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  const auto odd =
      std::filesystem::temp_directory_path() / ("weir bench's \\" + std::to_string(::getpid()));
  std::filesystem::create_directory(odd);
  ::setenv("TMPDIR", odd.c_str(), 1);
  {
    const weir::test::postgres_process server;
    CHECK(server.data().string().starts_with(odd.string()));
    CHECK(answers(server.conninfo("postgres")));
  }
  CHECK(std::filesystem::is_empty(odd));
  std::filesystem::remove(odd);
  if (before == nullptr) {
    ::unsetenv("TMPDIR");
  } else {
    ::setenv("TMPDIR", kept.c_str(), 1);
  }
}

TEST_CASE("the server of a program that is killed ends, and its directory is removed") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  std::string data;
  pid_t guard = 0;
  int guard_end = -1;
  {
    const weir::test::child killed([&ends]() -> std::string {
      const weir::test::postgres_process server;
      std::ifstream children("/proc/self/task/" + std::to_string(::getpid()) + "/children");
      std::string told;
      children >> told;
      told += ' ' + server.data().string();
      if (::write(ends[1], told.data(), told.size()) < 0) return "failed";
      for (;;) ::pause();
    });
    char text[256];
    const ssize_t size = ::read(ends[0], text, sizeof text);
    REQUIRE(size > 0);
    std::istringstream(std::string(text, static_cast<std::size_t>(size))) >> guard >> data;
    guard_end = static_cast<int>(::syscall(SYS_pidfd_open, guard, 0));
    REQUIRE(guard_end >= 0);
    CHECK(std::filesystem::exists(data));
  }  // Here it is killed.
  pollfd ended{guard_end, POLLIN, 0};
  CHECK(::poll(&ended, 1, -1) == 1);
  CHECK_FALSE(std::filesystem::exists(std::filesystem::path(data).parent_path()));
  for (const int one : {ends[0], ends[1], guard_end}) ::close(one);
}

TEST_SUITE_END();
