// SPDX-License-Identifier: Apache-2.0
#include "weir/file.hpp"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <string>

namespace {

weir::task<> append_line(std::string path, std::string line) {
  const auto options = weir::open_options::to_append().create();
  weir::file log = co_await weir::file::open(path, options);
  co_await log.write_all(line + "\n");
  co_await log.sync();
  co_await log.close();  // Tells of errors that a destructor could not.
}

weir::task<std::string> first_bytes(std::string path) {
  weir::file log = co_await weir::file::open(path);
  std::array<std::byte, 5> bytes;
  const std::size_t count = co_await log.read_at(0, bytes);
  co_return std::string(reinterpret_cast<const char*>(bytes.data()), count);
}

weir::task<std::string> write_and_read(std::string path) {
  co_await append_line(path, "hello");
  co_await append_line(path, "world");
  co_return co_await first_bytes(path);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("file: lines are appended to a file, and its first bytes read") {
    const auto path = std::filesystem::temp_directory_path() / "weir-example-file.log";
    std::filesystem::remove(path);
    weir::loop home;
    CHECK(home.run(write_and_read(path)) == "hello");
    CHECK(std::filesystem::file_size(path) == 12);
    std::filesystem::remove(path);
  }
}
