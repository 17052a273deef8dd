// SPDX-License-Identifier: Apache-2.0
#include "go_program.hpp"

#include <doctest/doctest.h>

#include "weir/process.hpp"
#include "weir/when_all.hpp"

namespace weir::test {
namespace {

/// How the script ends where Go, or nats.go, is missing.
constexpr int missing = 77;

struct ended {
  std::string output;
  std::string errors;
  exit_status status;
};

task<ended> run_program(std::string program, std::vector<std::string> arguments) {
  process_options options;
  options.program = std::move(program);
  options.arguments = std::move(arguments);
  options.capture_output = true;
  process child = process::spawn(options);
  const auto texts =
      co_await when_all(child.output().read_text(), child.errors().read_text(), child.wait());
  co_return ended{std::get<0>(texts), std::get<1>(texts), std::get<2>(texts)};
}

}  // namespace

go_program::go_program(std::string url)
    : program_(directory_.path() / "go-nats"), url_(std::move(url)) {}

task<bool> go_program::build() {
  // Not in the call: g++ 14 fails on a braced list of objects within a co_await expression.
  std::vector<std::string> arguments{program_};
  const ended made = co_await run_program(WEIR_GO_NATS "/build", std::move(arguments));
  if (made.status.code == missing) {
    MESSAGE(made.errors);
    CHECK(made.errors.starts_with("skipped: "));
    co_return false;
  }
  CAPTURE(made.errors);
  REQUIRE(made.status.success());
  co_return true;
}

task<std::string> go_program::run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), url_);
  const ended done = co_await run_program(program_, std::move(arguments));
  CAPTURE(done.errors);
  REQUIRE(done.status.success());
  co_return done.output;
}

}  // namespace weir::test
