// SPDX-License-Identifier: Apache-2.0
#include "weir/filesystem.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "weir/loop.hpp"
#include "weir/whole_file.hpp"

namespace {

weir::task<> keep_one_backup(std::string directory) {
  co_await weir::make_directory(directory);
  co_await weir::write_file_atomically(directory + "/orders", "first");
  co_await weir::rename_file(directory + "/orders", directory + "/orders.old");
  co_await weir::write_file_atomically(directory + "/orders", "second");
}

weir::task<> clean_up(std::string directory) {
  co_await weir::remove_file(directory + "/orders");
  co_await weir::remove_file(directory + "/orders.old");
  co_await weir::remove_file(directory);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("filesystem: a file gets another name, and all is removed") {
    const auto directory = std::filesystem::temp_directory_path() / "weir-example-filesystem";
    std::filesystem::remove_all(directory);
    weir::loop home;
    home.run(keep_one_backup(directory));
    CHECK(std::filesystem::file_size(directory / "orders.old") == 5);
    CHECK(std::filesystem::file_size(directory / "orders") == 6);
    home.run(clean_up(directory));
    CHECK_FALSE(std::filesystem::exists(directory));
  }
}
