// SPDX-License-Identifier: Apache-2.0
#include "weir/process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "run.hpp"
#include "sockets.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.process");

namespace {

process_options shell(std::string script) {
  process_options options;
  options.program = "sh";
  options.arguments = {"-c", std::move(script)};
  options.capture_output = true;
  return options;
}

/// True when this process has no child of that number any more, not even a dead one.
bool is_reaped(pid_t id) { return waitpid(id, nullptr, WNOHANG) == -1 && errno == ECHILD; }

}  // namespace

TEST_CASE("the output, the errors and the exit code come back") {
  run([]() -> task<> {
    process child = process::spawn(shell("echo out; echo err >&2; exit 3"));
    const auto texts =
        co_await when_all(child.output().read_text(), child.errors().read_text(), child.wait());
    CHECK(std::get<0>(texts) == "out\n");
    CHECK(std::get<1>(texts) == "err\n");
    CHECK(std::get<2>(texts) == exit_status{.code = 3, .signal = 0});
    CHECK(std::get<2>(texts).text() == "exited with 3");
    CHECK(is_reaped(child.id()));
    CHECK((co_await child.wait()).code == 3);
    CHECK_FALSE(child.kill(SIGTERM));
  });
}

TEST_CASE("lines come one by one, while the child runs, and the last may lack its end") {
  run([]() -> task<> {
    process child = process::spawn(shell("echo ready; read -r x; echo; printf 'no end'"));
    CHECK(co_await child.output().read_line() == "ready");
    CHECK(co_await child.output().read_line() == "");
    CHECK(co_await child.output().read_line() == "no end");
    CHECK(co_await child.output().read_line() == std::nullopt);
    CHECK(co_await child.output().read_line() == std::nullopt);
    const exit_status ended = co_await child.wait();
    CHECK(ended.success());
  });
}

TEST_CASE("a child that is ended by a signal says which") {
  run([]() -> task<> {
    process child = process::spawn(shell("echo up; exec tail -f /dev/null"));
    CHECK(co_await child.output().read_line() == "up");
    CHECK(child.kill(SIGTERM));
    const exit_status ended = co_await child.wait();
    CHECK(ended.signal == SIGTERM);
    CHECK_FALSE(ended.success());
    CHECK(ended.text() == "was ended by signal 15");
  });
}

TEST_CASE("a process that is destroyed while it runs is killed and reaped") {
  run([]() -> task<> {
    pid_t first = 0;
    pid_t second = 0;
    {
      process child = process::spawn(shell("trap '' TERM; echo up; while :; do read x; done"));
      first = child.id();
      CHECK(co_await child.output().read_line() == "up");
      child = process::spawn(shell("exec tail -f /dev/null"));
      CHECK(is_reaped(first));
      second = child.id();
    }
    CHECK(is_reaped(second));
  });
}

TEST_CASE("a cancelled wait leaves the child running, and it can be awaited again") {
  run([]() -> task<> {
    process child = process::spawn(shell("exec tail -f /dev/null"));
    const auto late = co_await with_timeout(1ms, child.wait()).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    CHECK(child.kill(SIGKILL));
    const exit_status ended = co_await child.wait();
    CHECK(ended.signal == SIGKILL);
  });
}

TEST_CASE("two tasks that wait for one child get the same answer") {
  run([]() -> task<> {
    process child = process::spawn(shell("exit 4"));
    const auto both = co_await when_all(child.wait(), child.wait());
    CHECK(std::get<0>(both).code == 4);
    CHECK(std::get<1>(both).code == 4);
  });
}

TEST_CASE("a program that does not exist is an error with its name") {
  CHECK_THROWS_WITH_AS(process::spawn({.program = "no-such-program-of-weir",
                                       .arguments = {},
                                       .environment = {},
                                       .capture_output = false,
                                       .pipe_input = false}),
                       "start the program 'no-such-program-of-weir': No such file or directory",
                       error);
}

TEST_CASE("the environment is ours, with what the options set") {
  run([]() -> task<> {
    process_options options = shell("printf '%s:%s' \"$WEIR_TEST_VALUE\" \"${PATH:+path}\"");
    options.environment = {{"WEIR_TEST_VALUE", "a=b c"}};
    process child = process::spawn(options);
    CHECK(co_await child.output().read_text() == "a=b c:path");
    co_await child.wait();
  });
}

TEST_CASE("the child has an empty stdin, no other open file and no blocked signal") {
  run([]() -> task<> {
    // On purpose without CLOEXEC, as a library might open one.
    const file_descriptor leaky(::open("/dev/null", O_RDONLY));
    sigset_t before;
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    process child =
        process::spawn(shell("cat; ls /proc/$$/fd; exec grep SigBlk /proc/self/status"));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    const std::string text = co_await child.output().read_text();
    CHECK(text == "0\n1\n2\nSigBlk:\t0000000000000000\n");
    co_await child.wait();
  });
}

TEST_CASE("a line or a text over its limit is an error") {
  run([]() -> task<> {
    process child = process::spawn(shell("head -c 100000 /dev/zero | tr '\\0' x"));
    const auto line = co_await child.output().read_line().as_result();
    REQUIRE_FALSE(line.has_value());
    CHECK(line.error().is(errc::limit_exceeded));
    CHECK(line.error().message().find("the output of sh") != std::string::npos);
    CHECK((co_await child.output().read_text()).size() == 100'000);
  });
}

TEST_CASE("fifty children, one after the other, leave no descriptor behind") {
  run([]() -> task<> {
    const int before = open_descriptors();
    for (int count = 0; count < 50; ++count) {
      process child = process::spawn(shell("exit 0"));
      CHECK((co_await child.wait()).success());
    }
    CHECK(open_descriptors() == before);
  });
}

TEST_SUITE_END();
