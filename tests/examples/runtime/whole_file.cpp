// SPDX-License-Identifier: Apache-2.0
#include "weir/whole_file.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "weir/loop.hpp"

namespace {

weir::task<int> count_start(std::string path) {
  const auto before = co_await weir::read_file(path, 100).as_result();
  const int count = before.has_value() ? std::stoi(*before) + 1 : 1;
  // After a crash the old number is there or the new one, never half of it.
  co_await weir::write_file_atomically(path, std::to_string(count));
  co_return count;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("whole_file: a number is kept in a file from one run to the next") {
    const auto path = std::filesystem::temp_directory_path() / "weir-example-starts";
    std::filesystem::remove(path);
    weir::loop home;
    CHECK(home.run(count_start(path)) == 1);
    CHECK(home.run(count_start(path)) == 2);
    std::filesystem::remove(path);
  }
}
