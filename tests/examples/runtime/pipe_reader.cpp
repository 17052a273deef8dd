// SPDX-License-Identifier: Apache-2.0
#include "weir/pipe_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "weir/process.hpp"

namespace {

weir::task<std::vector<std::string>> lines_of_a_program() {
  weir::process_options options;
  options.program = "printf";
  options.arguments = {"first\\nsecond\\n"};
  options.capture_output = true;
  weir::process child = weir::process::spawn(options);
  std::vector<std::string> lines;
  while (auto line = co_await child.output().read_line()) lines.push_back(*line);
  co_await child.wait();
  co_return lines;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("pipe_reader: the output of a program comes line by line") {
    weir::loop home;
    CHECK(home.run(lines_of_a_program()) == std::vector<std::string>{"first", "second"});
  }
}
