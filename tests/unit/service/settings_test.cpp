// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "weir/event/bind.hpp"
#include "weir/service/service.hpp"

TEST_SUITE_BEGIN("service.settings");

namespace {

struct Note {
  std::int64_t id;
};

}  // namespace

using Notes = weir::event_stream<"NOTES", "notes.>">;
template <>
struct weir::bind<Note> : weir::bound_to<"notes.taken", Notes, 1> {};

namespace {

weir::task<> read_note(Note) { co_return; }
weir::task<> store_note(Note, weir::tx&) { co_return; }

/// An environment variable for as long as this lives.
class variable {
 public:
  variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value, 1);
  }
  variable(const variable&) = delete;
  variable& operator=(const variable&) = delete;
  ~variable() {
    if (before_) {
      setenv(name_, before_->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

int run(weir::service service, std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), "notes");
  std::vector<char*> pointers;
  for (std::string& one : arguments) pointers.push_back(one.data());
  pointers.push_back(nullptr);
  return service.main(static_cast<int>(arguments.size()), pointers.data());
}

weir::service notes() { return weir::service("notes").on<store_note>(weir::durable("notes")); }

}  // namespace

TEST_CASE("a wrong setting ends a service with 2 before its first connection") {
  SUBCASE("a port that is none") {
    const variable set("NATS_URL", "nats://127.0.0.1:99999");
    CHECK(run(notes()) == 2);
  }
  SUBCASE("a scheme that is not spoken") {
    const variable set("NATS_URL", "http://127.0.0.1:4222");
    CHECK(run(notes()) == 2);
  }
  SUBCASE("a database that is no address") {
    const variable set("DATABASE_URL", "garbage");
    CHECK(run(notes()) == 2);
  }
  SUBCASE("a driver that does not exist") {
    const variable set("WEIR_DRIVER", "kqueue");
    CHECK(run(notes()) == 2);
  }
}

TEST_CASE("a version is one as of semver.org, or it is refused when it is said") {
  CHECK(notes().version() == "0.0.0");
  CHECK(notes().version("1.4.2").version() == "1.4.2");
  CHECK(notes().version("2.0.0-rc.1+build5").version() == "2.0.0-rc.1+build5");
  for (const char* const wrong : {"", "1", "1.4", "v1.4.2", "1.4.2 ", "01.4.2"}) {
    CAPTURE(wrong);
    CHECK_THROWS_WITH_AS(notes().version(wrong), doctest::Contains("service 'notes': version("),
                         weir::error);
  }
}

TEST_CASE("a service is asked for its version without a server") {
  char name[] = "notes";
  char option[] = "--version";
  char* arguments[] = {name, option, nullptr};
  CHECK(notes().version("1.4.2").main(2, arguments) == 0);
}

TEST_CASE("a check of the settings says 0 or 1, and connects to nothing") {
  const variable nats("NATS_URL", "nats://127.0.0.1:1");
  const variable database("DATABASE_URL", "host=127.0.0.1 port=1");
  const auto check = [](std::vector<std::string> arguments) {
    arguments.emplace_back("--check-config");
    return run(notes(), std::move(arguments));
  };

  CHECK(check({}) == 0);
  CHECK(check({"--set", "service.drain_timeout=1m"}) == 0);
  CHECK(check({"--set", "service.drain_timeout=1"}) == 1);
  CHECK(check({"--set", "nats.url=nats://127.0.0.1:99999"}) == 1);
  CHECK(check({"--set", "postgres.url=garbage"}) == 1);
  CHECK(check({"--set", "service.driver=kqueue"}) == 1);
  CHECK(check({"--set", "nats.user=a", "--set", "nats.user=b"}) == 0);
  CHECK(check({"--config", "/no/such/file"}) == 1);
  CHECK(run(weir::service("notes")
                .on<store_note>(weir::durable("notes"))
                .on<read_note>(weir::durable("notes")),
            {"--check-config"}) == 1);
}

TEST_CASE("a wrong command line is 2, and what cannot go together is one") {
  CHECK(run(notes(), {"--set"}) == 2);
  CHECK(run(notes(), {"--config"}) == 2);
  CHECK(run(notes(), {"--chek-config"}) == 2);
  CHECK(run(notes(), {"--check-config", "--print-config"}) == 2);
  CHECK(run(notes(), {"--check-config", "--once"}) == 2);
  CHECK(run(notes(), {"--print-config", "--set", "nats.ulr=x"}) == 2);
  CHECK(run(notes(), {"--help"}) == 0);
}

TEST_CASE("two handlers on one durable consumer are refused: they would rob each other") {
  CHECK(run(weir::service("notes")
                .on<store_note>(weir::durable("notes"))
                .on<read_note>(weir::durable("notes"))) == 2);
}

TEST_SUITE_END();
