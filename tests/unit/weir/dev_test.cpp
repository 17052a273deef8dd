// SPDX-License-Identifier: Apache-2.0
// The parts of `weir dev`.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "dev/event_line.hpp"
#include "dev/guarded_program.hpp"
#include "dev/line_splitter.hpp"
#include "dev/project.hpp"
#include "dev/source_watch.hpp"
#include "dev/surroundings.hpp"
#include "servers/sandbox.hpp"
#include "weir/error.hpp"
#include "weir/timeout.hpp"

TEST_SUITE_BEGIN("weir.dev");

using namespace weir;
namespace fs = std::filesystem;

namespace {

constexpr auto patience = std::chrono::seconds(30);

using paths = std::set<std::string>;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::string target(const std::string& name, const std::string& in, bool installed,
                   const std::string& subproject = "null") {
  return R"({"name":")" + name + R"(","type":"executable","defined_in":")" + in +
         R"(/meson.build","filename":["/b/)" + name + R"("],"subproject":)" + subproject +
         R"(,"installed":)" + (installed ? "true" : "false") + R"(,"extra":[{}]})";
}

/// The name of the program that is chosen in a folder; or why none is.
std::string chosen(const std::string& targets, const std::string& folder,
                   const std::string& wanted = {}) {
  const dev::project in{.folder = folder, .root = "/p", .build = "/b"};
  try {
    return dev::choose_program("[" + targets + "]", in, wanted).filename().string();
  } catch (const error& refusal) {
    CHECK(refusal.is(errc::invalid_argument));
    return refusal.message();
  }
}

std::vector<std::string> split(std::initializer_list<std::string> parts) {
  std::vector<std::string> lines;
  dev::line_splitter into([&lines](std::string_view line) { lines.emplace_back(line); });
  for (const std::string& part : parts) into.add(part);
  into.finish();
  return lines;
}

/// The next burst of changes; an empty one where none comes.
task<paths> changes_of(dev::source_watch& watch) {
  auto next = co_await with_timeout(patience, watch.next()).as_result();
  co_return next.has_value() ? std::move(*next) : paths();
}

task<> watches(const fs::path& root) {
  write(root / "src/main.cpp", "1");
  write(root / "build/meson-private/x", "1");
  write(root / ".git/index", "1");
  dev::source_watch watch(root);
  co_await watch.open();
  CHECK(watch.folders() == 2);

  // What is of no interest comes first and is not told of, or it would be told of first.
  write(root / "build/meson-private/x", "2");
  write(root / ".git/index", "2");
  write(root / "src/.main.cpp.swp", "2");
  write(root / "src/a.out", "2");
  fs::remove(root / "src/a.out");
  write(root / "src/main.cpp", "2");
  const paths written = co_await changes_of(watch);
  CHECK(written == paths{"src/main.cpp"});

  write(root / "src/more/deep/one.hpp", "1");
  const paths made = co_await changes_of(watch);
  CHECK(made.contains("src/more"));
  write(root / "src/more/deep/one.hpp", "2");
  const paths in_new = co_await changes_of(watch);
  CHECK(in_new == paths{"src/more/deep/one.hpp"});

  // As editors save: another file takes its name.
  write(root / "src/draft", "3");
  fs::rename(root / "src/draft", root / "src/main.cpp");
  const paths saved = co_await changes_of(watch);
  CHECK(saved == paths{"src/main.cpp"});

  fs::rename(root / "src/more", root / "src/less");
  const paths moved = co_await changes_of(watch);
  CHECK(moved == paths{"src/less", "src/more"});
  write(root / "src/less/deep/one.hpp", "3");
  const paths in_moved = co_await changes_of(watch);
  CHECK(in_moved == paths{"src/less/deep/one.hpp"});

  // What becomes a build directory while it is watched is one from then on.
  write(root / "other/Makefile", "1");
  const paths other = co_await changes_of(watch);
  CHECK(other == paths{"other"});
  write(root / "other/meson-private/x", "1");
  write(root / "other/main.o", "1");
  fs::remove_all(root / "src/less");
  const paths removed = co_await changes_of(watch);
  CHECK(removed.contains("src/less"));
  CHECK(std::ranges::none_of(removed, [](const auto& one) { return one.starts_with("other"); }));
  CHECK(watch.folders() == 2);
}

struct seen_lines {
  std::vector<std::string> lines;
  manual_reset_event any;
};

task<> runs_programs() {
  seen_lines seen;
  dev::guarded_program program("dev-test", [&seen](std::string_view line) {
    seen.lines.emplace_back(line);
    seen.any.set();
  });
  CHECK_FALSE(program.is_running());
  program.start({"WEIR_DEV_TEST=set", "/bin/sh", "-c", "echo $WEIR_DEV_TEST; printf end; exit 3"},
                "/");
  const std::string failed = co_await program.wait_ended();
  CHECK(failed == "exit code 3");
  CHECK(seen.lines == std::vector<std::string>{"set", "end"});

  program.start({"/bin/sh", "-c", "pwd; exec sleep 1000"}, "/usr");
  const std::string asked = co_await program.stop(patience);
  CHECK(asked == "signal 15");

  seen.lines.clear();
  seen.any.reset();
  program.start({"/bin/sh", "-c", "trap '' TERM; echo stubborn; while :; do sleep 1; done"}, "/");
  co_await with_timeout(patience, seen.any.wait());
  const std::string killed = co_await program.stop(std::chrono::milliseconds(10));
  CHECK(killed == "signal 9");
  CHECK_FALSE(program.is_running());
  co_await program.close();
}

}  // namespace

TEST_CASE("lines are made of parts of any size, and long ones are cut") {
  CHECK(split({"a\nb", "c\r\n\n", "d"}) == std::vector<std::string>{"a", "bc", "", "d"});
  CHECK(split({"", "a", "", "\n"}) == std::vector<std::string>{"a"});
  const std::string most(dev::program_line_bytes_max, 'x');
  CHECK(split({most + "y\n"}) == std::vector<std::string>{most, "y"});
  CHECK(split({most, "\nz"}) == std::vector<std::string>{most, "", "z"});
}

TEST_CASE("an event is one line that a terminal only shows") {
  const timestamp time{std::chrono::sys_days(std::chrono::year(2026) / 1 / 31)};
  tools::shown_message one{.time = time, .subject = "shop.created"};
  CHECK(dev::event_line(one) == "00:00:00Z  shop.created  0 B");
  one.body = "{\n\t\"a\":\x1b[2J1}";
  CHECK(dev::event_line(one) == "00:00:00Z  shop.created  13 B  {  \"a\":?[2J1}");
  one.headers = {{"Weir-Attempts", "5"}, {"Weir-Cause", "no\ncustomer"}};
  CHECK(dev::event_line(one) ==
        "00:00:00Z  shop.created  13 B  DEAD LETTER: no customer  {  \"a\":?[2J1}");
  one.headers.clear();
  one.body.assign(1'000'000, 'x');
  const std::string cut(dev::body_columns_max - 3, 'x');
  CHECK(dev::event_line(one) == "00:00:00Z  shop.created  976.6 KiB  " + cut + "...");
}

TEST_CASE("the program is the only one of the folder, or the one that is installed, or named") {
  const std::string shop = target("shop", "/p", true);
  const std::string tests = target("tests", "/p/tests", false);
  const std::string tool = target("tool", "/p/tools", true);
  const std::string other = target("other", "/p/subprojects/weir", true, R"("weir")");
  CHECK(chosen(shop, "/p") == "shop");
  CHECK(chosen(shop + "," + tests + "," + other, "/p") == "shop");
  CHECK(chosen(shop + "," + tests, "/p/tests") == "tests");
  CHECK(chosen(shop + "," + tests, "/p", "tests") == "tests");
  CHECK(chosen(shop + "," + tool, "/p/tools") == "tool");
  CHECK(chosen(shop + "," + tests + "," + tool, "/p") ==
        "there are several programs, so name one by --program: shop, tests, tool");
  CHECK(chosen(shop, "/p/src") ==
        "no meson.build in /p/src makes a program; name one by --program");
  CHECK(chosen(shop + "," + other, "/p", "other") ==
        "the project has no program 'other'; it has shop");
  CHECK_THROWS_AS(static_cast<void>(dev::choose_program("{", {}, "")), error);
}

TEST_CASE("a project is found from a folder upwards, where its meson.build says so") {
  const servers::sandbox box("dev-test");
  const fs::path root = fs::canonical(box.path()) / "shop";
  write(root / "meson.build", "# project('no')\n\n  project ('shop',\n");
  write(root / "src/deep/meson.build", "executable('shop')\n# a project('x')\n");
  const dev::project found = dev::find_project(root / "src/deep/..", "build");
  CHECK(found.folder == root / "src");
  CHECK(found.root == root);
  CHECK(found.build == root / "build");
  CHECK_FALSE(dev::is_set_up(found));
  CHECK_THROWS_WITH(static_cast<void>(dev::find_project(box.path(), "build")),
                    doctest::Contains("is in no Meson project"));
  CHECK_THROWS_WITH(static_cast<void>(dev::find_project(root / "none", "build")),
                    doctest::Contains("there is no folder"));
  CHECK_THROWS_WITH(static_cast<void>(dev::targets_of(found)),
                    doctest::Contains("a build directory of Meson?"));
}

TEST_CASE("a service is told of its own servers, and of no others") {
  ::setenv("WEIR_NATS__PASSWORD", "secret", 1);
  ::setenv("PGSSLMODE", "verify-full", 1);
  const auto told = dev::settings_for({"nats://n", "postgresql://p", "127.0.0.1:1"});
  ::unsetenv("WEIR_NATS__PASSWORD");
  ::unsetenv("PGSSLMODE");
  const auto has = [&told](const char* one) { return std::ranges::count(told, one) == 1; };
  CHECK(has("--unset=WEIR_NATS__PASSWORD"));
  CHECK(has("--unset=PGSSLMODE"));
  CHECK(has("NATS_URL=nats://n"));
  CHECK(has("DATABASE_URL=postgresql://p"));
  CHECK(has("WEIR_ADMIN__LISTEN=127.0.0.1:1"));
}

TEST_CASE("hidden files, drafts and caches are left out") {
  for (const char* const name : {"", ".git", ".a.swp", "main.cpp~", "#main.cpp#", "__pycache__"}) {
    CHECK(dev::is_left_out(name));
  }
  for (const char* const name : {"main.cpp", "0001_items.sql", "meson.build", "a#"}) {
    CHECK_FALSE(dev::is_left_out(name));
  }
}

TEST_CASE("a tree of sources tells of its changes, in new and moved folders too") {
  const servers::sandbox box("dev-test");
  const fs::path root = fs::canonical(box.path());
  loop home;
  home.run(watches(root));
}

TEST_CASE("a guarded program gives its lines and its end, and is killed when it does not end") {
  loop home;
  home.run(runs_programs());
}

TEST_SUITE_END();
