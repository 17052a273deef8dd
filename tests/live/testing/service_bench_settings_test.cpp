// SPDX-License-Identifier: Apache-2.0
// The settings of a service on the bench: those that the test gives, and none of the machine's.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "weir/config/settings.hpp"
#include "weir/test/service.hpp"

TEST_SUITE_BEGIN("testing.settings");

namespace {

struct Note {
  std::string text;
};

}  // namespace

using Notes = weir::event_stream<"NOTES", "notes.>">;
template <>
struct weir::bind<Note> : weir::bound_to<"notes.taken", Notes, 1> {};

namespace {

struct note_settings {
  std::string greeting = "hello";
  weir::secret<std::string> key;
};

std::vector<std::string> handled;

weir::task<> greet(Note note) {
  const note_settings& told = weir::settings<note_settings>();
  handled.push_back(told.greeting + ' ' + note.text + ' ' + told.key.reveal());
  co_return;
}

weir::service notes() {
  handled.clear();
  return weir::service("notes").settings<note_settings>("notes").on<greet>(weir::durable("notes"));
}

}  // namespace

TEST_CASE("a handler on the bench has the settings that the test gives") {
  weir::test::service bench(notes(),
                            {.config = "[notes]\ngreeting = \"good morning\"\nkey = \"pen\"\n"});

  bench.deliver(Note{"Ann"});
  bench.run_until_idle();

  CHECK(handled == std::vector<std::string>{"good morning Ann pen"});
  CHECK(weir::settings<note_settings>().greeting == "good morning");
}

TEST_CASE(
    "a handler on the bench has the defaults otherwise, whatever the machine's variables say") {
  setenv("WEIR_NOTES__GREETING", "goodbye", 1);
  {
    weir::test::service bench(notes());
    bench.deliver(Note{"Ann"});
    bench.run_until_idle();
    bench.restart();
    bench.deliver(Note{"Bob"});
    bench.run_until_idle();
  }
  unsetenv("WEIR_NOTES__GREETING");

  CHECK(handled == std::vector<std::string>{"hello Ann ", "hello Bob "});
  CHECK_THROWS_AS(weir::settings<note_settings>(), const weir::error&);
}

TEST_CASE("settings that are wrong are told by the bench as by the service") {
  CHECK_THROWS_WITH_AS(weir::test::service(notes(), {.config = "notes.greting = \"x\""}),
                       doctest::Contains("did you mean notes.greeting?"), const weir::error&);
}

TEST_SUITE_END();
