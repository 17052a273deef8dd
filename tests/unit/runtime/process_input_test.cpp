// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "run.hpp"
#include "sockets.hpp"
#include "temporary_directory.hpp"
#include "weir/process.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.process_input");

namespace {

process_options piped(std::string script) {
  process_options options;
  options.program = "sh";
  options.arguments = {"-c", std::move(script)};
  options.capture_output = true;
  options.pipe_input = true;
  return options;
}

task<> feed(process& child, std::string text) {
  co_await child.input().write_all(text);
  child.input().close();
}

}  // namespace

TEST_CASE("a program is fed and its output read at the same time, however much it is") {
  run([]() -> task<> {
    process child = process::spawn(piped("exec cat"));
    const std::string text(3'000'000, 'x');
    const auto done =
        co_await when_all(feed(child, text), child.output().read_text(), child.wait());
    CHECK((std::get<1>(done) == text));
    CHECK(std::get<2>(done).success());
  });
}

TEST_CASE("a program is talked to line by line, and ends with its input") {
  run([]() -> task<> {
    process child = process::spawn(piped("while read -r x; do echo \"got $x\"; done; echo end"));
    for (const std::string line : {"one", "two"}) {
      co_await child.input().write_all(line + "\n");
      CHECK(co_await child.output().read_line() == "got " + line);
    }
    child.input().close();
    CHECK(co_await child.output().read_line() == "end");
    CHECK((co_await child.wait()).success());
  });
}

TEST_CASE("a program that does not read lets its writer wait, until that is cancelled") {
  run([]() -> task<> {
    process child = process::spawn(piped("exec tail -f /dev/null"));
    const auto late =
        co_await with_timeout(1ms, feed(child, std::string(1 << 20, 'x'))).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
  });
}

TEST_CASE("a program that has ended is an error to its writer, with its name") {
  run([]() -> task<> {
    process child = process::spawn(piped("exit 0"));
    CHECK((co_await child.wait()).success());
    const auto failed = co_await child.input().write_all("x").as_result();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().code() == std::errc::broken_pipe);
    CHECK(failed.error().message().find("write to the input of sh: ") == 0);
  });
}

TEST_CASE("a program begins in the directory that it is given") {
  run([]() -> task<> {
    const temporary_directory directory;
    const std::string path = directory.make_file("run", "#!/bin/sh\npwd\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    process_options options;
    options.program = "./run";
    options.capture_output = true;
    options.working_directory = directory.path();
    process child = process::spawn(options);
    CHECK(co_await child.output().read_text() == directory.path() + "\n");
    CHECK((co_await child.wait()).success());

    options.working_directory = directory / "missing";
    CHECK_THROWS_WITH_AS(
        process::spawn(options),
        ("start the program './run' in '" + directory / "missing" + "': No such file or directory")
            .c_str(),
        error);
  });
}

TEST_CASE("children with piped input leave no descriptor behind, and get none of each other") {
  run([]() -> task<> {
    const int before = open_descriptors();
    for (int count = 0; count < 20; ++count) {
      process first = process::spawn(piped("exec cat"));
      // Were the first one's pipe open in the second, the first would never see its end.
      const process second = process::spawn(piped("exec tail -f /dev/null"));
      first.input().close();
      CHECK((co_await first.wait()).success());
    }
    CHECK(open_descriptors() == before);
  });
}

TEST_SUITE_END();
