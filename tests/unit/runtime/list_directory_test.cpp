// SPDX-License-Identifier: Apache-2.0
#include "weir/list_directory.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <string>

#include "run.hpp"
#include "sockets.hpp"
#include "temporary_directory.hpp"
#include "weir/scope.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.list_directory");

namespace {

task<std::map<std::string, file_type>> entries_of(std::string path) {
  std::map<std::string, file_type> entries;
  auto listed = list_directory(std::move(path));
  while (auto entry = co_await listed.next()) {
    CHECK(entries.emplace(entry->name, entry->type).second);
  }
  co_return entries;
}

}  // namespace

TEST_CASE("every entry is given once, with what it is") {
  run([]() -> task<> {
    const temporary_directory directory;
    CHECK((co_await entries_of(directory.path())).empty());
    directory.make_file("file");
    directory.make_file(".hidden");
    std::filesystem::create_directory(directory / "folder");
    std::filesystem::create_symlink("folder", directory / "link");
    REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
    const std::map<std::string, file_type> expected{{"file", file_type::regular},
                                                    {".hidden", file_type::regular},
                                                    {"folder", file_type::directory},
                                                    {"link", file_type::symbolic_link},
                                                    {"pipe", file_type::other}};
    CHECK((co_await entries_of(directory.path()) == expected));
    CHECK((co_await entries_of(directory / "link")).empty());
  });
}

TEST_CASE("a directory larger than what is read at once is listed whole") {
  run([]() -> task<> {
    const temporary_directory directory;
    for (const std::size_t count : {directory_entries_at_once - 1, directory_entries_at_once,
                                    directory_entries_at_once + 1, std::size_t{1000}}) {
      for (std::size_t number = 0; number < count; ++number) {
        directory.make_file("file" + std::to_string(number));
      }
      CHECK((co_await entries_of(directory.path())).size() == count);
    }
  });
}

TEST_CASE("a stream that is dropped half-way leaves no descriptor behind") {
  run([]() -> task<> {
    const temporary_directory directory;
    directory.make_file("a");
    directory.make_file("b");
    const int before = open_descriptors();
    {
      const auto unread = list_directory(directory.path());
      auto entries = list_directory(directory.path());
      CHECK((co_await entries.next()).has_value());
      CHECK(open_descriptors() == before + 1);
    }
    CHECK(open_descriptors() == before);
  });
}

TEST_CASE("what is no directory, or is not there, is an error") {
  run([]() -> task<> {
    const temporary_directory directory;
    const std::string path = directory.make_file("a");
    const auto no_directory = co_await entries_of(path).as_result();
    CHECK(no_directory.error().message() ==
          "list the directory '" + path +
              "': Not a directory; something on the way to it is not a directory");
    const auto missing = co_await entries_of(directory / "b").as_result();
    CHECK(missing.error().code() == std::errc::no_such_file_or_directory);
  });
}

TEST_CASE("a cancelled next() throws, and the listing has ended") {
  run([]() -> task<> {
    const temporary_directory directory;
    directory.make_file("a");
    const int before = open_descriptors();
    {
      auto entries = list_directory(directory.path());
      scope children;
      children.request_stop();
      bool cancelled = false;
      children.spawn([](stream<directory_entry>& from, bool& noted) -> task<> {
        noted = (co_await from.next().as_result()).error().is_cancelled();
      }(entries, cancelled));
      co_await children.join();
      CHECK(cancelled);
      CHECK_FALSE((co_await entries.next()).has_value());
    }
    CHECK(open_descriptors() == before);
  });
}

TEST_SUITE_END();
