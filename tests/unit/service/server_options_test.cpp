// SPDX-License-Identifier: Apache-2.0
#include "server_options.hpp"

#include <doctest/doctest.h>

#include "runtime/temporary_directory.hpp"
#include "weir/config/load_settings.hpp"
#include "weir/error.hpp"

TEST_SUITE_BEGIN("service.server_options");

using namespace std::chrono_literals;
using weir::load_settings;
using weir::detail::to_database;
using weir::detail::to_nats;

namespace {

std::string problems_of(const weir::settings_sources& from, bool wants_database = true) {
  try {
    weir::detail::check_addresses(load_settings(from), wants_database);
  } catch (const weir::error& refused) {
    return refused.message();
  }
  return {};
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every setting of a server reaches its connection") {
  const auto settings = load_settings({.text = R"(
[nats]
url = "tls://a,b"
user = "till"
password = "pen"
connect_timeout = "3s"
jetstream_api = "$JS.hub.API"
[nats.tls]
required = true
handshake_first = true
ca_file = "ca"
certificate_file = "certificate"
key_file = "key"
server_name = "name"
[postgres]
url = "host=db"
password = "ink"
connections = 7
connect_timeout = "4s"
acquire_timeout = "6s"
)"});

  const auto nats = to_nats(settings.nats, "shop");
  CHECK(nats.url == "tls://a,b");
  CHECK(nats.name == "shop");
  CHECK(nats.credentials.user == "till");
  CHECK(nats.credentials.password == "pen");
  CHECK(nats.credentials.password_file.empty());
  CHECK(nats.connect_timeout == 3s);
  CHECK(nats.jetstream_api == "$JS.hub.API");
  CHECK(nats.tls.required);
  CHECK(nats.tls.handshake_first);
  CHECK(nats.tls.ca_file == "ca");
  CHECK(nats.tls.certificate_file == "certificate");
  CHECK(nats.tls.key_file == "key");
  CHECK(nats.tls.server_name == "name");
  const auto database = to_database(settings.postgres);
  CHECK(database.conninfo == "host=db");
  CHECK(database.max_connections == 7);
  CHECK(database.connect_timeout == 4s);
  CHECK(database.acquire_timeout == 6s);
  REQUIRE(database.password);
  CHECK(database.password() == "ink");
}

TEST_CASE("the ways to log in that are files go to the connection as such") {
  CHECK(
      to_nats(load_settings({.text = "nats.creds_file = \"a\""}).nats, "").credentials.creds_file ==
      "a");
  CHECK(to_nats(load_settings({.text = "nats.nkey_seed_file = \"a\""}).nats, "")
            .credentials.nkey_seed_file == "a");
  CHECK(to_nats(load_settings({.text = "nats.token = \"a\""}).nats, "").credentials.token == "a");
}

TEST_CASE("without a password in the settings the connection string's holds") {
  CHECK_FALSE(to_database(load_settings({}).postgres).password);
}

TEST_CASE("a secret that is renewed in its file is taken up") {
  const weir::test::temporary_directory place;
  const std::string file = place.make_file("secret", "old\n");
  const auto settings = load_settings(
      {.text = "nats.token_file = \"" + file + "\"\npostgres.password_file = \"" + file + "\""});
  const auto nats = to_nats(settings.nats, "shop");
  const auto database = to_database(settings.postgres);
  CHECK(nats.credentials.token_file == file);
  CHECK(nats.credentials.token.empty());
  CHECK(database.password() == "old");

  place.make_file("secret", "new\n");
  CHECK(database.password() == "new");
}

TEST_CASE("addresses to which nothing can connect are told all at once, with their places") {
  const std::string told = problems_of({.text = "nats.url = \"http://till:canary@db\"",
                                        .environment = {{"DATABASE_URL", "garbage canary"}}});

  CHECK(told.starts_with("settings:1: nats.url: the NATS URL with the host "));
  CHECK(
      contains(told, "\nenvironment DATABASE_URL: postgres.url: the PostgreSQL connection string"));
  CHECK_FALSE(contains(told, "canary"));
  CHECK(problems_of({}) == "");
  CHECK(problems_of({.text = "nats.url = \"\""}) != "");
  CHECK(problems_of({.text = "postgres.url = \"garbage\""}, false) != "");
}

TEST_SUITE_END();
