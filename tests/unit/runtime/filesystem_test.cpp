// SPDX-License-Identifier: Apache-2.0
#include "weir/filesystem.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "occupied_threads.hpp"
#include "run.hpp"
#include "temporary_directory.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.filesystem");

TEST_CASE("the status says what something is, through symbolic links") {
  run([]() -> task<> {
    const temporary_directory directory;
    const std::string path = directory.make_file("a", "12345");
    REQUIRE(::chmod(path.c_str(), 0640) == 0);
    const auto moment = std::chrono::system_clock::time_point(std::chrono::seconds(1'600'000'000));
    std::filesystem::last_write_time(
        path, std::filesystem::file_time_type::clock::from_sys(
                  std::chrono::time_point_cast<std::chrono::nanoseconds>(moment)));
    const file_status expected{
        .type = file_type::regular, .size = 5, .permissions = 0640, .modified = moment};
    CHECK((co_await status(path) == expected));
    std::filesystem::create_symlink("a", directory / "link");
    CHECK((co_await status(directory / "link") == expected));
    const file_status folder = co_await status(directory.path());
    CHECK(folder.type == file_type::directory);
    CHECK(folder.size == 0);
    CHECK((co_await status("/dev/null")).type == file_type::other);

    const auto missing = co_await status(directory / "b").as_result();
    CHECK(missing.error().message() ==
          "ask for the status of '" + directory / "b" +
              "': No such file or directory; does it exist, and every directory on the way to it?");
  });
}

TEST_CASE("a file gets another name, in place of one that has it") {
  run([]() -> task<> {
    const temporary_directory directory;
    const std::string from = directory.make_file("a", "new");
    const std::string to = directory.make_file("b", "old");
    co_await rename_file(from, to);
    CHECK(contents_of(to) == "new");
    CHECK_FALSE(std::filesystem::exists(from));
    const auto gone = co_await rename_file(from, to).as_result();
    CHECK(gone.error().code() == std::errc::no_such_file_or_directory);
    CHECK(gone.error().message().find("rename '" + from + "' to '" + to + "': ") == 0);
    const auto across = co_await rename_file(to, "/proc/b").as_result();
    CHECK_FALSE(across.has_value());
    CHECK(contents_of(to) == "new");
  });
}

TEST_CASE("files, links and empty directories are removed, others are not") {
  run([]() -> task<> {
    const temporary_directory directory;
    const std::string path = directory.make_file("a");
    std::filesystem::create_symlink("a", directory / "link");
    co_await remove_file(directory / "link");
    CHECK(std::filesystem::exists(path));
    co_await make_directory(directory / "b", 0700);
    CHECK((co_await status(directory / "b")).permissions == 0700);
    const auto twice = co_await make_directory(directory / "b").as_result();
    CHECK(twice.error().message() == "make the directory '" + directory / "b" +
                                         "': File exists; something has that name already");
    co_await rename_file(path, directory / "b/a");
    const auto full = co_await remove_file(directory / "b").as_result();
    CHECK(full.error().message() ==
          "remove '" + directory / "b" + "': Directory not empty; remove what is in it first");
    CHECK(full.error().disposition() == disposition::permanent);
    co_await remove_file(directory / "b/a");
    co_await remove_file(directory / "b");
    CHECK(std::filesystem::is_empty(directory.path()));
    CHECK_FALSE((co_await remove_file(path).as_result()).has_value());
  });
}

TEST_CASE("a path with a NUL in it is refused, whatever stands before it") {
  run([]() -> task<> {
    const temporary_directory directory;
    const std::string path = directory.make_file("a");
    const std::string longer = path + std::string("\0.old", 5);
    for (const auto& refused :
         {co_await remove_file(longer).as_result(), co_await rename_file(path, longer).as_result(),
          co_await make_directory(longer).as_result()}) {
      CHECK(refused.error().is(errc::invalid_argument));
    }
    CHECK((co_await status(longer).as_result()).error().is(errc::invalid_argument));
    CHECK(std::filesystem::exists(path));
  });
}

TEST_CASE("what is cancelled before it has begun is not done") {
  occupied_threads threads;
  run([&]() -> task<> {
    const temporary_directory directory;
    const std::string path = directory.make_file("a");
    co_await threads.all_taken();
    scope children;
    children.spawn(remove_file(path));
    co_await yield();
    co_await children.close();
    threads.set_free();
    co_await make_directory(directory / "after");
    CHECK(std::filesystem::exists(path));
  });
}

TEST_SUITE_END();
