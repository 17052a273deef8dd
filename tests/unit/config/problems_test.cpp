// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "runtime/temporary_directory.hpp"
#include "shop.hpp"

TEST_SUITE_BEGIN("config.problems");

using weir::test::problems_in;
using weir::test::problems_of;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("all problems of all layers are told at once, those of a file from top to bottom") {
  const weir::test::temporary_directory place;
  const std::string file = place.make_file("config.toml", R"([nats]
ulr = "nats://db"
connect_timeout = 5

[postgress]
url = "host=db"

[shop]
by = "snail"
maxItems = -1
)");

  CHECK(problems_of({.file = file,
                     .environment = {{"WEIR_ADMIN__LISTEN", "8080"}},
                     .overrides = {"shop.gift_wrap=perhaps"}}) ==
        file + ":2: nats.ulr is no setting; did you mean nats.url?\n" + file +
            ":3: nats.connect_timeout is 5; it must be a span of time with its unit, such as "
            "\"250ms\", \"1.5s\" or \"1h30m\"\n" +
            file + ":5: postgress is no section; did you mean postgres?\n" + file +
            ":9: shop.by is \"snail\"; it must be one of post, courier and pigeon\n"
            "flag --set shop.gift_wrap: shop.gift_wrap is \"perhaps\"; it must be true or false\n"
            "environment WEIR_ADMIN__LISTEN: admin.listen is \"8080\"; it must be an address and a "
            "port, such as 127.0.0.1:8080 or [::1]:8080, or off\n" +
            file + ":10: shop.maxItems is -1; it must be 1 at least");
}

TEST_CASE("a key that is like none is answered with those that there are") {
  CHECK(problems_in("[log]\nverbosity = 3") ==
        "settings:2: log.verbosity is no setting; there are level and format");
  CHECK(contains(problems_in("port = 3"),
                 "settings:1: port is no section; there are nats, postgres, service, log, trace, "
                 "admin and shop"));
}

TEST_CASE("the number of problems that are told is bounded") {
  std::string text = "[shop]\n";
  for (std::size_t i = 0; i < weir::detail::settings_reader::problems_max + 7; ++i) {
    text += "unknown_" + std::to_string(i) + " = 1\n";
  }
  const std::string told = problems_in(text);

  CHECK(std::ranges::count(told, '\n') == 50);
  CHECK(told.ends_with("\nand 7 more"));
}

TEST_CASE("what is no TOML is refused by line and column") {
  CHECK(contains(problems_in("[nats]\nurl = \"nats://db"), "settings:2:"));
  CHECK(contains(problems_in("[nats]\nurl = \"nats://db"), "this is no TOML"));
  CHECK(contains(problems_in("[nats]\nurl = \"a\"\nurl = \"b\"\n"), "settings:3:"));
  CHECK(contains(problems_in("[nats]\n[nats]\n"), "settings:2:"));
  CHECK(contains(problems_in(std::string("a\0b", 3)), "settings:1:"));
  CHECK(contains(problems_in("\xFF"), "this is no TOML"));
  CHECK(contains(problems_in("a = " + std::string(100'000, '[')), "this is no TOML"));
}

TEST_CASE("a key of very many parts is refused before it uses up the stack") {
  const auto deep = [](std::string_view part, std::size_t times) {
    std::string key = "a";
    for (std::size_t i = 1; i < times; ++i) key += '.' + std::string(part);
    return key;
  };
  constexpr std::size_t many = 100'000;

  CHECK(contains(problems_in(deep("a", many) + " = 1"), "a key has more than 32 parts"));
  CHECK(contains(problems_in("[" + deep("a", many) + "]"), "a key has more than 32 parts"));
  CHECK(contains(problems_in("x = {" + deep("'='", many) + " = 1}"), "more than 32 parts"));
  CHECK(contains(problems_in(deep("\"\\\"\"", 33) + " = 1"), "more than 32 parts"));
  CHECK(contains(problems_in(deep("a", 32) + " = 1"), "a is no section"));
  CHECK(contains(problems_of({.overrides = {deep("a", many) + "=1"}}), "a is no section"));
  std::string variable = "WEIR_A";
  for (std::size_t i = 0; i < many; ++i) variable += "__A";
  CHECK(contains(problems_of({.environment = {{variable, "x"}}}), "a is no section"));
  const std::string points = deep("a", many);
  CHECK(problems_in("[shop]\ngreeting = \"" + points + "\" # " + points + "\n") == "");
  CHECK(problems_in("[shop]\ngreeting = '''\n" + points + "\n" + points + "'''\n") == "");
}

TEST_CASE("a broken file does not keep the others' problems from being told") {
  const std::string told = problems_of({.text = "[nats", .overrides = {"nats.ulr=x"}});

  CHECK(contains(told, "settings:1:"));
  CHECK(contains(told, "did you mean nats.url?"));
}

TEST_CASE("an override is SECTION.KEY=VALUE, and nothing else") {
  for (const char* wrong :
       {"", "=", "nats.url", "nats=x", ".url=x", "nats.=x", "nats..url=x", "=x"}) {
    CAPTURE(wrong);
    CHECK(contains(problems_of({.overrides = {wrong}}), "it must be SECTION.KEY=VALUE"));
  }
  CHECK(contains(problems_of({.overrides = {"nats.ulr=x"}}), "did you mean nats.url?"));
  CHECK(contains(problems_of({.overrides = {"nats.url.host=x"}}), "nats.url is a section"));
}

TEST_CASE("weir's own sections are checked for what can never be right") {
  const auto refused = [](std::string_view key, const std::string& text) {
    return contains(problems_in(text), std::string(key) + " is ");
  };

  CHECK(refused("postgres.connections", "postgres.connections = 0"));
  CHECK(refused("postgres.connections", "postgres.connections = 201"));
  CHECK(refused("postgres.url", "postgres.url = \"mysql://db\""));
  CHECK(refused("postgres.acquire_timeout", "postgres.acquire_timeout = \"0s\""));
  CHECK(refused("nats.connect_timeout", "nats.connect_timeout = \"-1s\""));
  CHECK(refused("nats.user", "nats.password = \"canary\""));
  CHECK(refused("nats.token", "[nats]\nuser = \"a\"\ntoken = \"canary\""));
  CHECK(refused("nats.creds_file", "[nats]\ntoken = \"canary\"\ncreds_file = \"a\""));
  CHECK(refused("nats.nkey_seed_file", "[nats]\ncreds_file = \"a\"\nnkey_seed_file = \"b\""));
  CHECK(refused("nats.tls.key_file", "nats.tls.certificate_file = \"a\""));
  CHECK(refused("nats.tls.certificate_file", "nats.tls.key_file = \"a\""));
  CHECK(refused("service.drain_timeout", "service.drain_timeout = \"0s\""));
  CHECK(refused("trace.endpoint", "trace.endpoint = \"collector:4317\""));
  CHECK(refused("trace.traces_endpoint", "trace.traces_endpoint = \"collector\""));
  CHECK(refused("trace.sampler_argument", "trace.sampler_argument = 1.5"));
  CHECK(refused("trace.sampler_argument", "trace.sampler_argument = nan"));
  CHECK(refused("trace.timeout", "trace.timeout = \"0s\""));
  for (const char* wrong : {"8080", ":8080", "host:", "host:x", "host:65536"}) {
    CAPTURE(wrong);
    CHECK(refused("admin.listen", "admin.listen = \"" + std::string(wrong) + "\""));
  }
  CHECK(problems_in("[admin]\nlisten = \"[::1]:0\"\n[nats]\nuser = \"a\"\npassword = \"b\"\n") ==
        "");
}

TEST_SUITE_END();
