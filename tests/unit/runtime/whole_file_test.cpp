// SPDX-License-Identifier: Apache-2.0
#include "weir/whole_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "file_size_limit.hpp"
#include "occupied_threads.hpp"
#include "run.hpp"
#include "sockets.hpp"
#include "temporary_directory.hpp"
#include "weir/file_status.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.whole_file");

namespace {

/// The names in a directory, in order.
std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("a file is read whole, however large, up to the limit exactly") {
  run([]() -> task<> {
    const temporary_directory directory;
    for (const std::size_t size : {0, 1, 4095, 4096, 4097, 100'000, 5'000'000}) {
      std::string text(size, ' ');
      for (std::size_t at = 0; at < size; ++at) text[at] = static_cast<char>('a' + at % 25);
      const std::string path = directory.make_file("a", text);
      CHECK((co_await read_file(path) == text));
      CHECK((co_await read_file(path, size) == text));
      CHECK((co_await read_file(path, std::numeric_limits<std::size_t>::max()) == text));
      if (size == 0) continue;
      const auto larger = co_await read_file(path, size - 1).as_result();
      CHECK(larger.error().is(errc::limit_exceeded));
      CHECK(larger.error().message() == "read '" + path + "': it has more than " +
                                            std::to_string(size - 1) +
                                            " bytes; is it the right file?");
    }
    CHECK((co_await read_file("/proc/self/status")).find("Name:") == 0);
    const auto endless = co_await read_file("/dev/zero", 1 << 20).as_result();
    CHECK(endless.error().is(errc::limit_exceeded));
    const auto missing = co_await read_file(directory / "b").as_result();
    CHECK(missing.error().code() == std::errc::no_such_file_or_directory);
  });
}

TEST_CASE("a file is replaced whole, with its permissions, or made") {
  run([]() -> task<> {
    const temporary_directory directory;
    const mode_t mask = ::umask(022);
    co_await write_file_atomically(directory / "a", "first");
    ::umask(mask);
    CHECK(contents_of(directory / "a") == "first");
    CHECK((co_await status(directory / "a")).permissions == 0644);
    REQUIRE(::chmod((directory / "a").c_str(), 0606) == 0);
    const std::string large(3'000'000, 'x');
    co_await write_file_atomically(directory / "a", large);
    CHECK((contents_of(directory / "a") == large));
    CHECK((co_await status(directory / "a")).permissions == 0606);
    co_await write_file_atomically(directory / "a", "");
    CHECK(contents_of(directory / "a") == "");
    CHECK(names_in(directory.path()) == std::vector<std::string>{"a"});
  });
}

TEST_CASE("a name as long as the file system takes can be written, with or without a directory") {
  run([]() -> task<> {
    const temporary_directory directory;
    const std::string longest(255, 'n');
    co_await write_file_atomically(directory / longest, "x");
    CHECK(contents_of(directory / longest) == "x");
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(directory.path());
    co_await write_file_atomically("here", "y");
    CHECK(co_await read_file("here") == "y");
    std::filesystem::current_path(before);
    CHECK(contents_of(directory / "here") == "y");
  });
}

TEST_CASE("a symbolic link is replaced, and what it leads to stays") {
  run([]() -> task<> {
    const temporary_directory directory;
    const std::string aim = directory.make_file("aim", "kept");
    std::filesystem::create_symlink("aim", directory / "link");
    co_await write_file_atomically(directory / "link", "new");
    CHECK(contents_of(aim) == "kept");
    CHECK(contents_of(directory / "link") == "new");
    CHECK_FALSE(std::filesystem::is_symlink(directory / "link"));
  });
}

TEST_CASE("a failure leaves what was there and nothing else") {
  run([]() -> task<> {
    const temporary_directory directory;
    const std::string path = directory.make_file("a", "old");
    const std::string large(100'000, 'x');
    const auto failed =
        co_await [](const std::string& to, const std::string& text) -> task<> {
      const file_size_limit limit(1000);
      co_await write_file_atomically(to, text);
    }(path, large)
                                                                           .as_result();
    CHECK(failed.error().code() == std::errc::file_too_large);
    CHECK(contents_of(path) == "old");
    CHECK(names_in(directory.path()) == std::vector<std::string>{"a"});

    const auto nowhere = co_await write_file_atomically(directory / "no/a", "x").as_result();
    CHECK(nowhere.error().code() == std::errc::no_such_file_or_directory);
    std::filesystem::create_directory(directory / "b");
    const auto over = co_await write_file_atomically(directory / "b", "x").as_result();
    CHECK(over.error().message() == "replace '" + directory / "b" + "': Is a directory");
    CHECK(names_in(directory.path()) == std::vector<std::string>{"a", "b"});
    CHECK(names_in(directory / "b").empty());
  });
}

TEST_CASE("a cancellation at any moment leaves the old or the new contents and nothing else") {
  run([]() -> task<> {
    const temporary_directory directory;
    const std::string path = directory.make_file("a", "old");
    const std::string text(50'000, 'n');
    const int before = open_descriptors();
    bool whole = true;
    for (int round = 0; round < 80; ++round) {
      directory.make_file("a", "old");
      scope children;
      children.spawn(write_file_atomically(path, text));
      for (int turn = 0; turn < round * round * 4; ++turn) co_await yield();
      co_await children.close();
      const std::string found = contents_of(path);
      whole = whole && (found == "old" || found == text);
      whole = whole && names_in(directory.path()) == std::vector<std::string>{"a"};
    }
    CHECK(whole);
    CHECK(open_descriptors() == before);
  });
}

TEST_CASE("where no helper thread is to be had the writing fails and nothing is changed") {
  occupied_threads threads;
  run([&]() -> task<> {
    const temporary_directory directory;
    const std::string path = directory.make_file("a", "old");
    co_await threads.all_taken();
    threads.fill_queue();
    const auto refused = co_await write_file_atomically(path, "new").as_result();
    CHECK(refused.error().is(errc::limit_exceeded));
    threads.set_free();
    CHECK(contents_of(path) == "old");
    CHECK(names_in(directory.path()) == std::vector<std::string>{"a"});
  });
}

TEST_SUITE_END();
