// SPDX-License-Identifier: Apache-2.0
#include "weir/file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <array>
#include <string>
#include <vector>

#include "file_size_limit.hpp"
#include "occupied_threads.hpp"
#include "run.hpp"
#include "sockets.hpp"
#include "temporary_directory.hpp"
#include "weir/byte_source.hpp"
#include "weir/scope.hpp"
#include "weir/when_all.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.file");

namespace {

static_assert(byte_source<file>);

constexpr open_options new_file = open_options::to_read_and_write().create_new();

std::string as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

task<std::string> read_part(file& source, std::size_t size) {
  std::vector<std::byte> part(size);
  const std::size_t count = co_await source.read_some(part);
  co_return as_text(std::span(part).first(count));
}

task<std::string> read_part_at(file& source, std::uint64_t position, std::size_t size) {
  std::vector<std::byte> part(size);
  const std::size_t count = co_await source.read_at(position, part);
  co_return as_text(std::span(part).first(count));
}

task<> open_and_note(std::string path, open_options options, int& opened) {
  const file made = co_await file::open(std::move(path), options);
  opened += made.is_open() ? 1 : 0;
}

}  // namespace

TEST_CASE("what is written is read, from the file's own position or from any") {
  run([]() -> task<> {
    const temporary_directory directory;
    file made = co_await file::open(directory / "a", new_file);
    CHECK(made.name() == directory / "a");
    co_await made.write_all("0123456789");
    co_await made.write_at(2, "ab");
    CHECK(contents_of(directory / "a") == "01ab456789");
    CHECK(co_await read_part_at(made, 1, 4) == "1ab4");
    CHECK(co_await read_part(made, 4) == "");

    file again = co_await file::open(directory / "a");
    CHECK(co_await read_part(again, 4) == "01ab");
    CHECK(co_await read_part_at(again, 9, 4) == "9");
    CHECK(co_await read_part(again, 100) == "456789");
    CHECK(co_await read_part(again, 100) == "");
    CHECK(co_await read_part_at(again, 10, 4) == "");
  });
}

TEST_CASE("the options say what is done where a file is there, or is not") {
  run([]() -> task<> {
    const temporary_directory directory;
    const std::string path = directory.make_file("a", "old");
    {
      file appended = co_await file::open(path, open_options::to_append());
      co_await appended.write_all("er");
      co_await appended.write_at(0, "!");
      CHECK(contents_of(path) == "older!");
      file kept = co_await file::open(path, open_options::to_write().create());
      co_await kept.write_all("O");
      CHECK(contents_of(path) == "Older!");
      co_await file::open(path, open_options::to_write().truncate());
      CHECK(contents_of(path) == "");
    }
    const auto taken = co_await file::open(path, new_file).as_result();
    CHECK(taken.error().code() == std::errc::file_exists);
    CHECK(taken.error().disposition() == disposition::permanent);
    const auto missing = co_await file::open(directory / "b", open_options::to_write()).as_result();
    CHECK(missing.error().code() == std::errc::no_such_file_or_directory);
    const file secret = co_await file::open(directory / "b", new_file.permissions(0600));
    CHECK((co_await secret.status()).permissions == 0600);
  });
}

TEST_CASE("status, resize and set_permissions are about the open file") {
  run([]() -> task<> {
    const temporary_directory directory;
    file made = co_await file::open(directory / "a", new_file);
    co_await made.write_all("0123456789");
    co_await made.set_permissions(0604);
    co_await made.resize(4);
    const file_status cut = co_await made.status();
    CHECK(cut.type == file_type::regular);
    CHECK(cut.size == 4);
    CHECK(cut.permissions == 0604);
    CHECK(cut.modified > std::chrono::system_clock::now() - std::chrono::hours(1));
    co_await made.resize(6);
    CHECK(contents_of(directory / "a") == std::string("0123\0\0", 6));
  });
}

TEST_CASE("positions beyond 4 GiB are as good as others") {
  run([]() -> task<> {
    const temporary_directory directory;
    constexpr std::uint64_t far = (std::uint64_t{5} << 30) + 3;
    file made = co_await file::open(directory / "a", new_file);
    co_await made.write_at(far, "far");
    CHECK(co_await read_part_at(made, far, 10) == "far");
    CHECK(co_await read_part_at(made, far - 2, 10) == std::string("\0\0far", 5));
    CHECK((co_await made.status()).size == far + 3);
    co_await made.resize(far + 1);
    CHECK(co_await read_part_at(made, far, 10) == "f");
    const auto absurd = co_await made.write_at(~std::uint64_t{0}, "x").as_result();
    CHECK_FALSE(absurd.has_value());
    CHECK((co_await made.status()).size == far + 1);
  });
}

TEST_CASE("many reads and writes at positions may be in flight at a time") {
  run([]() -> task<> {
    const temporary_directory directory;
    file made = co_await file::open(directory / "a", new_file);
    std::vector<std::string> blocks;
    for (int block = 0; block < 200; ++block) {
      blocks.emplace_back(1000, static_cast<char>('a' + block % 26));
    }
    std::vector<task<>> writes;
    for (std::size_t at = 0; at < blocks.size(); ++at) {
      writes.push_back(made.write_at(at * 1000, blocks[at]));
    }
    co_await when_all(std::move(writes));
    co_await made.sync();
    std::vector<task<std::string>> reads;
    for (std::size_t at = 0; at < blocks.size(); ++at) {
      reads.push_back(read_part_at(made, at * 1000, 1000));
    }
    CHECK(co_await when_all(std::move(reads)) == blocks);
  });
}

TEST_CASE("errors name the path and what to look at") {
  run([]() -> task<> {
    const temporary_directory directory;
    const std::string missing = directory / "no/file";
    const auto failed = co_await file::open(missing).as_result();
    CHECK(failed.error().message() ==
          "open '" + missing +
              "': No such file or directory; does it exist, and every directory on the way to it?");
    CHECK(failed.error().disposition() == disposition::permanent);

    const auto listed = co_await file::open(directory.path()).as_result();
    CHECK(listed.error().message() == "open '" + directory.path() + "': Is a directory");
    REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
    const auto piped = co_await file::open(directory / "pipe").as_result();
    CHECK(piped.error().message().find("it is a pipe") != std::string::npos);
    const auto unread =
        co_await file::open(directory / "pipe", open_options::to_write()).as_result();
    CHECK(unread.error().message().find("a pipe without a reader") != std::string::npos);
    const auto cut_off = co_await file::open(std::string("a\0b", 3)).as_result();
    CHECK(cut_off.error().is(errc::invalid_argument));

    file read_only = co_await file::open(directory.make_file("a"));
    const auto refused = co_await read_only.write_all("x").as_result();
    CHECK(refused.error().message() ==
          "write to '" + read_only.name() +
              "': Bad file descriptor; is it closed, or not opened for this?");
    file full = co_await file::open("/dev/full", open_options::to_read_and_write());
    const auto no_space = co_await full.write_all("x").as_result();
    CHECK(no_space.error().message() ==
          "write to '/dev/full': No space left on device; the file system is full (df, df -i)");
    CHECK(no_space.error().disposition() == disposition::retry);
    const auto unsynced = co_await full.sync().as_result();
    CHECK(unsynced.error().message() == "sync '/dev/full': Invalid argument");
    CHECK(co_await read_part(full, 3) == std::string(3, '\0'));
  });
}

TEST_CASE("a file that may not be opened is an error") {
  const temporary_directory directory;
  const std::string path = directory.make_file("a");
  const as_nobody unprivileged(path);
  run([&]() -> task<> {
    const auto refused = co_await file::open(path).as_result();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code() == std::errc::permission_denied);
    CHECK(refused.error().message().find("look at the permissions") != std::string::npos);
  });
}

TEST_CASE("a write that is cut short goes on until it fails, and says why") {
  run([]() -> task<> {
    const temporary_directory directory;
    file made = co_await file::open(directory / "a", new_file);
    const std::string text(1500, 'x');
    const auto cut_short =
        co_await [](file& target, const std::string& contents) -> task<> {
      const file_size_limit limit(1000);
      co_await target.write_all(contents);
    }(made, text)
                                                                      .as_result();
    REQUIRE_FALSE(cut_short.has_value());
    CHECK(cut_short.error().code() == std::errc::file_too_large);
    CHECK((co_await made.status()).size == 1000);
    co_await made.write_all("more");
    CHECK(contents_of(directory / "a") == std::string(1000, 'x') + "more");
  });
}

TEST_CASE("a file of unknown size is read to its end") {
  run([]() -> task<> {
    file source = co_await file::open("/proc/self/status");
    std::string text;
    for (;;) {
      const std::string part = co_await read_part(source, 100);
      if (part.empty()) break;
      text += part;
    }
    CHECK(text.find("Name:") == 0);
    CHECK(text.find("nonvoluntary_ctxt_switches") != std::string::npos);
  });
}

TEST_CASE("close says that it was done, and a closed file refuses everything") {
  run([]() -> task<> {
    const temporary_directory directory;
    const int before = open_descriptors();
    file made = co_await file::open(directory / "a", new_file);
    CHECK(open_descriptors() == before + 1);
    co_await made.write_all("x");
    co_await made.close();
    CHECK(open_descriptors() == before);
    CHECK_FALSE(made.is_open());
    co_await made.close();
    CHECK((co_await made.write_all("x").as_result()).error().code() ==
          std::errc::bad_file_descriptor);
    std::array<std::byte, 1> byte{};
    CHECK_FALSE((co_await made.read_some(byte).as_result()).has_value());
    CHECK_FALSE((co_await made.status().as_result()).has_value());
  });
}

TEST_CASE("an open that is cancelled at any moment leaves no descriptor behind") {
  run([]() -> task<> {
    const temporary_directory directory;
    const std::string path = directory.make_file("a");
    const int before = open_descriptors();
    int opened = 0;
    for (int round = 0; round < 100; ++round) {
      scope children;
      for (int count = 0; count < 10; ++count) {
        children.spawn(open_and_note(path, open_options::to_read(), opened));
      }
      for (int turn = 0; turn < round * round; ++turn) co_await yield();
      co_await children.close();
    }
    CHECK(open_descriptors() == before);
  });
}

TEST_CASE("what waits for a helper thread is taken back when it is cancelled") {
  run([]() -> task<> {
    const temporary_directory directory;
    file made = co_await file::open(directory.make_file("a", "kept"), open_options::to_write());
    occupied_threads threads;
    co_await threads.all_taken();
    int opened = 0;
    const int before = open_descriptors();
    scope children;
    children.spawn(open_and_note(directory / "b", new_file, opened));
    children.spawn(made.resize(0));
    co_await yield();
    co_await children.close();
    scope closing;
    closing.spawn(made.close());
    co_await yield();
    co_await closing.close();
    // Closed all the same, though nobody heard what the system said.
    CHECK(open_descriptors() == before - 1);
    threads.set_free();
    CHECK(opened == 0);
    CHECK(contents_of(directory / "a") == "kept");
    CHECK_FALSE(std::filesystem::exists(directory / "b"));
  });
}

TEST_SUITE_END();
