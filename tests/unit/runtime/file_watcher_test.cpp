// SPDX-License-Identifier: Apache-2.0
#include "weir/file_watcher.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "occupied_threads.hpp"
#include "run.hpp"
#include "sockets.hpp"
#include "temporary_directory.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.file_watcher");

namespace {

using changes = std::vector<std::pair<change_kind, std::string>>;

/// The next `count` changes: what kind, of which path.
task<changes> next_changes(stream<file_change>& source, std::size_t count) {
  changes seen;
  while (seen.size() < count) {
    const std::optional<file_change> change = co_await source.next();
    seen.emplace_back(change->kind, change->path);
  }
  co_return seen;
}

task<> note_watch(file_watcher& watcher, std::string path, watch_id& watch) {
  watch = co_await watcher.add(std::move(path));
}

void append(const std::string& path) {
  std::ofstream target(path, std::ios::app);
  target << "more";
}

}  // namespace

TEST_CASE("what happens in a directory is told in its order") {
  run([]() -> task<> {
    const temporary_directory directory;
    file_watcher watcher;
    const watch_id watch = co_await watcher.add(directory.path());
    auto told = watcher.changes();
    directory.make_file("a", "text");
    append(directory / "a");
    std::filesystem::create_directory(directory / "b");
    std::filesystem::remove(directory / "a");
    const std::string path = directory / "a";
    const changes expected{{change_kind::created, path},  {change_kind::modified, path},
                           {change_kind::finished, path}, {change_kind::modified, path},
                           {change_kind::finished, path}, {change_kind::created, directory / "b"},
                           {change_kind::deleted, path}};
    CHECK((co_await next_changes(told, expected.size()) == expected));
    append(directory / "c");
    CHECK((co_await told.next())->watch == watch);
  });
}

TEST_CASE("only the kinds that were asked for are told") {
  run([]() -> task<> {
    const temporary_directory directory;
    file_watcher watcher;
    co_await watcher.add(directory.path(), change_kind::finished | change_kind::deleted);
    auto told = watcher.changes();
    directory.make_file("a", "text");
    std::filesystem::rename(directory / "a", directory / "b");
    std::filesystem::remove(directory / "b");
    const changes expected{{change_kind::finished, directory / "a"},
                           {change_kind::deleted, directory / "b"}};
    CHECK((co_await next_changes(told, 2) == expected));
    // Added again, it is watched for these kinds instead.
    co_await watcher.add(directory.path(), change_kind::created);
    directory.make_file("c");
    directory.make_file("d");
    const changes more{{change_kind::created, directory / "c"},
                       {change_kind::created, directory / "d"}};
    CHECK((co_await next_changes(told, 2) == more));
  });
}

TEST_CASE("the two sides of a move have the same number") {
  run([]() -> task<> {
    const temporary_directory from;
    const temporary_directory to;
    file_watcher watcher;
    const watch_id source = co_await watcher.add(from.path());
    const watch_id target = co_await watcher.add(to.path());
    from.make_file("a");
    auto told = watcher.changes();
    co_await next_changes(told, 2);
    std::filesystem::rename(from / "a", to / "b");
    const auto away = co_await told.next();
    const auto here = co_await told.next();
    CHECK(away->move != 0);
    CHECK((*away == file_change{.kind = change_kind::moved_away,
                                .watch = source,
                                .path = from / "a",
                                .move = away->move}));
    CHECK((*here == file_change{.kind = change_kind::moved_here,
                                .watch = target,
                                .path = to / "b",
                                .move = away->move}));
  });
}

TEST_CASE("a file is watched itself, until it is gone") {
  run([]() -> task<> {
    const temporary_directory directory;
    const std::string path = directory.make_file("a");
    file_watcher watcher;
    const watch_id first = co_await watcher.add(path);
    auto told = watcher.changes();
    append(path);
    std::filesystem::rename(path, directory / "b");
    std::filesystem::remove(directory / "b");
    const changes expected{{change_kind::modified, path},
                           {change_kind::finished, path},
                           {change_kind::moved_away, path},
                           {change_kind::deleted, path},
                           {change_kind::ended, path}};
    CHECK((co_await next_changes(told, expected.size()) == expected));
    directory.make_file("a");
    CHECK(co_await watcher.add(path) != first);
    append(path);
    CHECK((co_await told.next())->kind == change_kind::modified);
  });
}

TEST_CASE("a watch that is removed tells what came before, and that it has ended") {
  run([]() -> task<> {
    const temporary_directory directory;
    file_watcher watcher;
    const watch_id watch = co_await watcher.add(directory.path(), change_kind::created);
    auto told = watcher.changes();
    directory.make_file("a");
    watcher.remove(watch);
    watcher.remove(watch);
    directory.make_file("b");
    const changes expected{{change_kind::created, directory / "a"},
                           {change_kind::ended, directory.path()}};
    CHECK((co_await next_changes(told, 2) == expected));
    const auto late = co_await with_timeout(1ms, next_changes(told, 1)).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
  });
}

TEST_CASE("where more happens than the kernel keeps, that is told, and it goes on") {
  run([]() -> task<> {
    std::ifstream setting("/proc/sys/fs/inotify/max_queued_events");
    std::size_t kept = 0;
    setting >> kept;
    REQUIRE(kept > 0);
    const temporary_directory directory;
    file_watcher watcher;
    co_await watcher.add(directory.path(), change_kind::created | change_kind::deleted);
    const std::string path = directory / "a";
    // Two that are different, in turn: equal ones would be told as one.
    for (std::size_t pair = 0; pair < kept / 2 + 10; ++pair) {
      const file_descriptor made(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
      REQUIRE(made);
      REQUIRE(::unlink(path.c_str()) == 0);
    }
    auto told = watcher.changes();
    std::size_t count = 0;
    std::optional<file_change> change = co_await told.next();
    for (; change->kind != change_kind::overflowed; change = co_await told.next()) ++count;
    CHECK(count == kept);
    CHECK((*change == file_change{}));
    directory.make_file("b");
    const changes expected{{change_kind::created, directory / "b"}};
    CHECK((co_await next_changes(told, 1) == expected));
  });
}

TEST_CASE("what is not fetched when a stream is cancelled or dropped comes out of the next") {
  run([]() -> task<> {
    const temporary_directory directory;
    file_watcher watcher;
    co_await watcher.add(directory.path(), change_kind::created);
    {
      auto told = watcher.changes();
      const auto late = co_await with_timeout(1ms, next_changes(told, 1)).as_result();
      CHECK(late.error().is(errc::deadline_exceeded));
    }
    for (const char* name : {"a", "b", "c"}) directory.make_file(name);
    {
      auto told = watcher.changes();
      CHECK((co_await told.next())->path == directory / "a");
    }
    auto told = watcher.changes();
    const changes expected{{change_kind::created, directory / "b"},
                           {change_kind::created, directory / "c"}};
    CHECK((co_await next_changes(told, 2) == expected));
  });
}

TEST_CASE("changes that come while a watch is being added have its path") {
  run([]() -> task<> {
    for (int round = 0; round < 50; ++round) {
      const temporary_directory directory;
      file_watcher watcher;
      auto told = watcher.changes();
      watch_id watch = -1;
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(note_watch(watcher, directory.path(), watch));
        // Until the other task has noted the watch.
        for (int file = 0; children.size() > 0; ++file) {
          directory.make_file("file" + std::to_string(file));
          co_await yield();
        }
        co_await children.join();
      });
      directory.make_file("last");
      for (std::string path; path != directory / "last";) {
        const auto change = co_await told.next();
        path = change->path;
        CHECK(change->watch == watch);
        CHECK(path.find(directory.path() + "/") == 0);
      }
    }
  });
}

TEST_CASE("an add that is cancelled before it has begun watches nothing") {
  run([]() -> task<> {
    const temporary_directory directory;
    file_watcher watcher;
    occupied_threads threads;
    co_await threads.all_taken();
    watch_id watch = -1;
    scope children;
    children.spawn(note_watch(watcher, directory.path(), watch));
    co_await yield();
    co_await children.close();
    threads.set_free();
    directory.make_file("a");
    co_await watcher.add(directory.path(), change_kind::created);
    directory.make_file("b");
    auto told = watcher.changes();
    const changes expected{{change_kind::created, directory / "b"}};
    CHECK((co_await next_changes(told, 1) == expected));
  });
}

TEST_CASE("what cannot be watched is an error with its path") {
  run([]() -> task<> {
    const temporary_directory directory;
    const int before = open_descriptors();
    {
      file_watcher watcher;
      const auto missing = co_await watcher.add(directory / "a").as_result();
      CHECK(missing.error().message() ==
            "watch '" + directory / "a" +
                "': No such file or directory; does it exist, and every directory on the way to "
                "it?");
    }
    CHECK(open_descriptors() == before);
  });
}

TEST_SUITE_END();
