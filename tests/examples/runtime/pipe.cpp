// SPDX-License-Identifier: Apache-2.0
#include "weir/pipe.hpp"

#include <doctest/doctest.h>

#include <string>

#include "weir/when_all.hpp"

namespace {

weir::task<> write_lines(weir::pipe_writer& target) {
  for (const std::string line : {"one\n", "two\n"}) co_await target.write_all(line);
  target.close();
}

weir::task<std::string> pass_through() {
  weir::pipe_pair made = weir::make_pipe();
  auto both = co_await weir::when_all(write_lines(made.writer), made.reader.read_text());
  co_return std::get<1>(both);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("pipe: what is written to one end is read from the other") {
    weir::loop home;
    CHECK(home.run(pass_through()) == "one\ntwo\n");
  }
}
