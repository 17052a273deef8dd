// SPDX-License-Identifier: Apache-2.0
#include "weir/list_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "weir/loop.hpp"
#include "weir/stream_operators.hpp"

namespace {

weir::task<std::vector<std::string>> directories_in(std::string path) {
  return weir::list_directory(path) | weir::filter([](const weir::directory_entry& entry) {
           return entry.type == weir::file_type::directory;
         }) |
         weir::map([](weir::directory_entry entry) { return entry.name; }) | weir::collect();
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("list_directory: the directories among the entries of a directory") {
    weir::loop home;
    const std::vector<std::string> names = home.run(directories_in("/"));
    CHECK(std::count(names.begin(), names.end(), "proc") == 1);
  }
}
