// SPDX-License-Identifier: Apache-2.0
#include "weir/pipe_writer.hpp"

#include <doctest/doctest.h>

#include <string>

#include "weir/process.hpp"
#include "weir/when_all.hpp"

namespace {

weir::task<> feed(weir::pipe_writer& target, std::string text) {
  co_await target.write_all(text);
  target.close();  // The program sees the end of its input.
}

weir::task<std::string> sorted(std::string lines) {
  weir::process_options options;
  options.program = "sort";
  options.pipe_input = true;
  options.capture_output = true;
  weir::process child = weir::process::spawn(options);
  auto both = co_await weir::when_all(feed(child.input(), lines), child.output().read_text());
  co_await child.wait();
  co_return std::get<1>(both);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("pipe_writer: a program is fed while its output is read") {
    weir::loop home;
    CHECK(home.run(sorted("b\nc\na\n")) == "a\nb\nc\n");
  }
}
