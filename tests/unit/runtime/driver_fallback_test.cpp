// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <linux/io_uring.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "little_locked_memory.hpp"
#include "refuse_system_call.hpp"
#include "weir/loop.hpp"
#include "weir/sleep.hpp"
#include "weir/unix_socket.hpp"
#include "weir/when_all.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.driver_fallback");

namespace {

struct outcome {
  bool filtered = false;
  std::string driver;
  std::string reason;
  std::string heard;
  std::optional<error> failure;
};

task<> say_hello(unix_stream& target) {
  co_await sleep(std::chrono::microseconds(1));
  co_await target.write_all("hello");
}

task<std::string> listen(unix_stream& source) {
  const received_bytes came = co_await source.receive();
  co_return std::string(came.text());
}

/// Uses a timer, a socket, and the buffers of the loop.
task<std::string> talk() {
  std::array<unix_stream, 2> ends = unix_stream::pair();
  auto both = co_await when_all(listen(ends[0]), say_hello(ends[1]));
  co_return std::get<0>(both);
}

/// What a loop of `choice` comes to in a thread where `refuse` has been called.
outcome make_loop_after(const std::function<bool()>& refuse,
                        driver_choice choice = driver_choice::automatic) {
  outcome seen;
  std::thread([&] {
    seen.filtered = refuse();
    try {
      loop home(choice);
      seen.heard = home.run(talk());
      seen.driver = home.driver().name();
      seen.reason = home.driver_reason();
    } catch (const error& failed) {
      seen.failure = failed;
    }
  }).join();
  return seen;
}

/// The same in a thread where a system call fails with `code`.
outcome make_loop_without_io_uring(driver_choice choice, int code,
                                   unsigned system_call = SYS_io_uring_setup) {
  return make_loop_after([=] { return refuse_system_call(system_call, code); }, choice);
}

/// The same in a thread where io_uring registers one kind of thing never.
outcome make_loop_without_registering(unsigned what, int code) {
  return make_loop_after(
      [=] { return refuse_system_call_with(SYS_io_uring_register, 1, what, code); });
}

/// WEIR_DRIVER taken away for one case.
class no_driver_in_environment {
 public:
  no_driver_in_environment() {
    if (const char* value = std::getenv("WEIR_DRIVER")) before_ = value;
    unsetenv("WEIR_DRIVER");
  }
  ~no_driver_in_environment() {
    if (before_) setenv("WEIR_DRIVER", before_->c_str(), 1);
  }

 private:
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("where io_uring is refused a loop runs on epoll, and says why") {
  const no_driver_in_environment automatic;
  for (const int code : {EPERM, ENOSYS, EACCES, EINVAL, ENOMEM}) {
    const outcome seen = make_loop_without_io_uring(driver_choice::automatic, code);
    REQUIRE(seen.filtered);
    CHECK_FALSE(seen.failure.has_value());
    CHECK(seen.driver == "epoll");
    CHECK(seen.heard == "hello");
    CHECK(seen.reason.find("io_uring is refused here") != std::string::npos);
    CHECK(seen.reason.find(std::system_category().message(code)) != std::string::npos);
    CHECK(seen.reason.find("seccomp") != std::string::npos);
  }
}

TEST_CASE("where io_uring makes rings and cannot be entered, a loop runs on epoll") {
  const no_driver_in_environment automatic;
  const outcome seen =
      make_loop_without_io_uring(driver_choice::automatic, EPERM, SYS_io_uring_enter);
  REQUIRE(seen.filtered);
  CHECK_FALSE(seen.failure.has_value());
  CHECK(seen.driver == "epoll");
  CHECK(seen.heard == "hello");
  CHECK(seen.reason.find("io_uring_enter") != std::string::npos);
}

TEST_CASE("where io_uring takes no ring of buffers, a loop runs on epoll") {
  const no_driver_in_environment automatic;
  for (const int code : {EPERM, EINVAL, ENOMEM}) {
    const outcome seen = make_loop_without_registering(IORING_REGISTER_PBUF_RING, code);
    REQUIRE(seen.filtered);
    CHECK_FALSE(seen.failure.has_value());
    CHECK(seen.driver == "epoll");
    CHECK(seen.heard == "hello");
    CHECK(seen.reason.find(std::system_category().message(code)) != std::string::npos);
  }
}

TEST_CASE("what only makes io_uring quicker is done without") {
  const no_driver_in_environment automatic;
  const outcome usual = make_loop_after([] { return true; });
  for (const unsigned what : {IORING_REGISTER_RING_FDS, IORING_REGISTER_IOWQ_MAX_WORKERS}) {
    const outcome seen = make_loop_without_registering(what, EPERM);
    REQUIRE(seen.filtered);
    CHECK(seen.driver == usual.driver);
    CHECK(seen.reason == usual.reason);
    CHECK(seen.heard == "hello");
  }
}

TEST_CASE("however little memory may be locked, a loop works, and says why it is on epoll") {
  const no_driver_in_environment automatic;
  // On kernels that count rings, somewhere in between the queues have room and the buffers none.
  for (unsigned kibibytes = 0; kibibytes <= 96; kibibytes += 4) {
    CAPTURE(kibibytes);
    const std::string seen = said_with_locked_memory(kibibytes, [] {
      loop home;
      const std::string heard = home.run(talk());
      return heard + " on " + std::string(home.driver().name()) + ": " + home.driver_reason();
    });
    if (seen == "hello on uring: ") continue;
    REQUIRE(seen.starts_with("hello on epoll: io_uring is refused here ("));
    if (seen.find(std::system_category().message(ENOMEM)) == std::string::npos) continue;
    CHECK(seen.find("may take " + std::to_string(kibibytes) + " KiB") != std::string::npos);
    CHECK(seen.find("ulimit -l") != std::string::npos);
  }
}

TEST_CASE("where the kernel does not tell which operations it knows, a loop runs on epoll") {
  const no_driver_in_environment automatic;
  const outcome seen =
      make_loop_without_io_uring(driver_choice::automatic, EPERM, SYS_io_uring_register);
  REQUIRE(seen.filtered);
  CHECK_FALSE(seen.failure.has_value());
  CHECK(seen.driver == "epoll");
  CHECK(seen.reason.find("io_uring is refused here") != std::string::npos);
}

TEST_CASE("a program that demands io_uring where it is refused gets an error with the remedy") {
  const outcome seen = make_loop_without_io_uring(driver_choice::uring, EPERM);
  REQUIRE(seen.filtered);
  REQUIRE(seen.failure.has_value());
  CHECK(seen.failure->code() == std::errc::operation_not_permitted);
  CHECK(seen.failure->disposition() == disposition::permanent);
  CHECK(seen.failure->message().find("WEIR_DRIVER=epoll") != std::string::npos);
}

TEST_CASE("an error that is no refusal is not hidden by a fallback") {
  const no_driver_in_environment automatic;
  const outcome seen = make_loop_without_io_uring(driver_choice::automatic, EMFILE);
  REQUIRE(seen.filtered);
  REQUIRE(seen.failure.has_value());
  CHECK(seen.failure->code() == std::errc::too_many_files_open);
}

TEST_CASE("epoll needs no io_uring at all") {
  const outcome seen = make_loop_without_io_uring(driver_choice::epoll, EPERM);
  REQUIRE(seen.filtered);
  CHECK(seen.driver == "epoll");
  CHECK(seen.reason.empty());
}

TEST_CASE("epoll runs without epoll_pwait2, and no sleep is shorter for it") {
  for (const int code : {ENOSYS, EPERM}) {
    bool filtered = false;
    std::optional<duration> slept;
    std::thread([&] {
      filtered = refuse_system_call(SYS_epoll_pwait2, code);
      loop home(driver_choice::epoll);
      home.run([](std::optional<duration>& took) -> task<> {
        const time_point start = loop::current().now();
        co_await sleep(std::chrono::microseconds(1500));
        took = loop::current().now() - start;
      }(slept));
    }).join();
    REQUIRE(filtered);
    REQUIRE(slept.has_value());
    CHECK(*slept >= std::chrono::microseconds(1500));
  }
}

TEST_SUITE_END();
