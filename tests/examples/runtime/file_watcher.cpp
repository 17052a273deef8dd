// SPDX-License-Identifier: Apache-2.0
#include "weir/file_watcher.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "weir/loop.hpp"
#include "weir/whole_file.hpp"

namespace {

/// Waits for a new version of a file, as write_file_atomically() puts it in place.
weir::task<std::string> next_version(weir::file_watcher& watcher, std::string path) {
  auto changes = watcher.changes();
  for (;;) {
    const auto change = co_await changes.next();
    const bool unknown = change->kind == weir::change_kind::overflowed;  // Changes were lost: look.
    if (unknown || change->path == path) co_return co_await weir::read_file(path);
  }
}

weir::task<std::string> write_and_notice(std::string directory) {
  weir::file_watcher watcher;
  co_await watcher.add(directory, weir::change_kind::finished | weir::change_kind::moved_here);
  co_await weir::write_file_atomically(directory + "/settings", "new");
  co_return co_await next_version(watcher, directory + "/settings");
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("watch: a new version of a file is noticed") {
    const auto directory = std::filesystem::temp_directory_path() / "weir-example-watch";
    std::filesystem::remove_all(directory);
    std::filesystem::create_directory(directory);
    weir::loop home;
    CHECK(home.run(write_and_notice(directory)) == "new");
    std::filesystem::remove_all(directory);
  }
}
