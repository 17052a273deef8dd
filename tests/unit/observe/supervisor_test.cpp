// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/supervisor.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "run.hpp"
#include "temporary_directory.hpp"
#include "weir/scope.hpp"
#include "weir/unix_datagram.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("observe.supervisor");

namespace {

/// The variables that a supervisor sets, unset at both ends of its life.
class supervised {
 public:
  supervised() { clear(); }
  ~supervised() { clear(); }
  void set(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }

 private:
  static void clear() {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  }
};

task<std::string> next_word(unix_datagram_socket& from) {
  std::array<std::byte, 256> bytes;
  const received_datagram got = co_await from.receive_from(bytes);
  co_return std::string(reinterpret_cast<const char*>(bytes.data()), got.size);
}

task<> be_watched() {
  const temporary_directory directory;
  supervised by;
  by.set("NOTIFY_SOCKET", directory / "notify");
  by.set("WATCHDOG_USEC", "2000");
  by.set("WATCHDOG_PID", std::to_string(getpid()));
  auto supervisor = unix_datagram_socket::bind(directory / "notify");
  co_await with_scope([&](scope& children) -> task<> {
    children.spawn(feed_supervisor());
    for (int count = 0; count < 5; ++count) {
      CHECK((co_await next_word(supervisor)) == "WATCHDOG=1");
    }
    notify_supervisor("STATUS=busy");
    std::string word;
    do {
      word = co_await next_word(supervisor);
    } while (word == "WATCHDOG=1");
    CHECK(word == "STATUS=busy");
  });
}

}  // namespace

TEST_CASE("the loop gives a sign of life again and again, as long as it turns") { run(be_watched); }

TEST_CASE("a sign is wanted where the supervisor says so, of this process, in a time") {
  supervised by;
  CHECK_FALSE(has_supervisor());
  by.set("WATCHDOG_USEC", "3000000");
  CHECK_FALSE(supervisor_patience());
  by.set("NOTIFY_SOCKET", "@nobody");
  CHECK(has_supervisor());
  CHECK(supervisor_patience() == 3s);
  by.set("WATCHDOG_PID", std::to_string(getpid()));
  CHECK(supervisor_patience() == 3s);
  by.set("WATCHDOG_PID", std::to_string(getppid()));
  CHECK_FALSE(supervisor_patience());
  by.set("WATCHDOG_PID", "me");
  CHECK(supervisor_patience() == 3s);
  for (const char* wrong : {"0", "-1", "soon", "", "99999999999999999999"}) {
    INFO(wrong);
    by.set("WATCHDOG_USEC", wrong);
    CHECK_FALSE(supervisor_patience());
  }
  by.set("WATCHDOG_USEC", "9223372036854775807");
  CHECK(supervisor_patience() > 1h);
}

TEST_CASE("where no sign is wanted none is given") {
  const supervised by;
  bool ended = false;
  run([&]() -> task<> {
    co_await feed_supervisor();
    ended = true;
  });
  CHECK(ended);
}

TEST_SUITE_END();
