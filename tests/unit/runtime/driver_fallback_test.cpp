// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

#include "refuse_system_call.hpp"
#include "weir/loop.hpp"
#include "weir/sleep.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.driver_fallback");

namespace {

struct outcome {
  bool filtered = false;
  std::string driver;
  std::string reason;
  std::optional<error> failure;
};

/// What a loop of `choice` comes to in a thread where a system call fails with `code`.
outcome make_loop_without_io_uring(driver_choice choice, int code,
                                   unsigned system_call = SYS_io_uring_setup) {
  outcome seen;
  std::thread([&] {
    seen.filtered = refuse_system_call(system_call, code);
    try {
      loop home(choice);
      home.run([]() -> task<> { co_await sleep(std::chrono::microseconds(1)); }());
      seen.driver = home.driver().name();
      seen.reason = home.driver_reason();
    } catch (const error& failed) {
      seen.failure = failed;
    }
  }).join();
  return seen;
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
    CHECK(seen.reason.find("io_uring is refused here") != std::string::npos);
    CHECK(seen.reason.find(std::system_category().message(code)) != std::string::npos);
    CHECK(seen.reason.find("seccomp") != std::string::npos);
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
