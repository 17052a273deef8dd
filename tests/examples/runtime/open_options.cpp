// SPDX-License-Identifier: Apache-2.0
#include "weir/open_options.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "weir/file.hpp"

namespace {

/// True for the one of several that made the file.
weir::task<bool> take_lock(std::string path) {
  const auto options = weir::open_options::to_write().create_new().permissions(0600);
  const auto made = co_await weir::file::open(path, options).as_result();
  if (made.has_value()) co_return true;
  if (made.error().code() != std::errc::file_exists) throw made.error();
  co_return false;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("open_options: of two who make the same file one succeeds") {
    const auto path = std::filesystem::temp_directory_path() / "weir-example-lock";
    std::filesystem::remove(path);
    weir::loop home;
    CHECK(home.run(take_lock(path)));
    CHECK_FALSE(home.run(take_lock(path)));
    std::filesystem::remove(path);
  }
}
