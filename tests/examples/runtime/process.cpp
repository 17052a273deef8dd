// SPDX-License-Identifier: Apache-2.0
#include "weir/process.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"

namespace {

weir::task<weir::exit_status> run_script(std::string script) {
  weir::process_options options;
  options.program = "sh";
  options.arguments = {"-c", script};
  options.working_directory = "/";
  weir::process child = weir::process::spawn(options);
  co_return co_await child.wait();
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("process: a program is started and its end awaited") {
    weir::loop home;
    CHECK(home.run(run_script("test \"$PWD\" = /")).success());
    CHECK(home.run(run_script("exit 3")).text() == "exited with 3");
  }
}
