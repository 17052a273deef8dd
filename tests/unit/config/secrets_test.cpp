// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <sys/stat.h>

#include "runtime/temporary_directory.hpp"
#include "shop.hpp"
#include "weir/config/secret_file.hpp"

TEST_SUITE_BEGIN("config.secrets");

using weir::origin_of;
using weir::test::load_shop;
using weir::test::problems_in;
using weir::test::problems_of;
using weir::test::shop_in;
using weir::test::temporary_directory;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string refusal_of(const std::filesystem::path& file) {
  try {
    weir::read_secret_file(file);
  } catch (const weir::error& refused) {
    return refused.message();
  }
  return {};
}

}  // namespace

TEST_CASE("a secret is read from a file, without the line end behind it") {
  const temporary_directory place;

  CHECK(weir::read_secret_file(place.make_file("a", "pen")) == "pen");
  CHECK(weir::read_secret_file(place.make_file("b", "pen\n")) == "pen");
  CHECK(weir::read_secret_file(place.make_file("c", "pen\r\n")) == "pen");
  CHECK(weir::read_secret_file(place.make_file("d", " pen \n\n")) == " pen \n");
  const std::string large(weir::secret_bytes_max, 'x');
  CHECK(weir::read_secret_file(place.make_file("e", large)) == large);
}

TEST_CASE("a file that can be no secret is refused, and nothing of it is told") {
  const temporary_directory place;

  CHECK(contains(refusal_of(place / "none"), "No such file"));
  CHECK(contains(refusal_of(place.path()), "no regular file"));
  CHECK(contains(refusal_of(place.make_file("a", "")), "is empty"));
  CHECK(contains(refusal_of(place.make_file("b", "\n")), "is empty"));
  const std::string binary = place.make_file("c", std::string("can\0ary", 7));
  CHECK(refusal_of(binary) == binary + " holds a NUL, and so is no text");
  CHECK(contains(refusal_of(place.make_file("e", std::string(weir::secret_bytes_max + 1, 'x'))),
                 "more than 65536 bytes"));
  const std::string pipe = place / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(contains(refusal_of(pipe), "no regular file"));
}

TEST_CASE("each secret can be given as the name of a file, in every layer") {
  const temporary_directory place;
  const std::string file = place.make_file("key", "canary\n");
  const auto is_read = [&file](const weir::settings_sources& from) {
    const auto settings = load_shop(from);
    CHECK(contains(origin_of(settings, "shop.api_key"), "(the file " + file + ")"));
    CHECK(shop_in(settings).api_key.file() == file);
    return shop_in(settings).api_key == "canary";
  };

  CHECK(is_read({.text = "shop.api_key_file = \"" + file + "\""}));
  CHECK(is_read({.environment = {{"WEIR_SHOP__API_KEY_FILE", file}}}));
  CHECK(is_read({.overrides = {"shop.api_key_file=" + file}}));
  const auto optional = load_shop({.overrides = {"shop.tax_key_file=" + file}});
  REQUIRE(shop_in(optional).tax_key.has_value());
  CHECK(*shop_in(optional).tax_key == "canary");
}

TEST_CASE("a later layer's secret replaces one from a file, and the other way round") {
  const temporary_directory place;
  const std::string file = place.make_file("key", "canary\n");

  const auto by_value = load_shop({.text = "nats.token_file = \"" + file + "\"",
                                   .environment = {{"WEIR_NATS__TOKEN", "bird"}}});
  CHECK(by_value.nats.token == "bird");
  CHECK(by_value.nats.token.file().empty());
  const auto by_file = load_shop(
      {.text = "nats.token = \"bird\"", .environment = {{"WEIR_NATS__TOKEN_FILE", file}}});
  CHECK(by_file.nats.token == "canary");
  CHECK(by_file.nats.token.file() == file);
}

TEST_CASE("a secret that is given twice in one layer is refused") {
  const temporary_directory place;
  const std::string file = place.make_file("key", "canary\n");
  const std::string told =
      problems_in("[shop]\napi_key = \"bird\"\napi_key_file = \"" + file + "\"\n");

  CHECK(told ==
        "settings:3: shop.api_key is there already, by settings:2 (api_key); leave out one of "
        "them");
}

TEST_CASE("a file of a secret that cannot be used is told of by its key") {
  CHECK(problems_in("[shop]\napi_key_file = \"/no/such/file\"") ==
        "settings:2: shop.api_key_file: cannot read /no/such/file: No such file or directory");
  CHECK(problems_in("[shop]\napi_key_file = 5") ==
        "settings:2: shop.api_key_file is 5; it must be the name of a file, in quotes");
  CHECK(contains(problems_in("[shop]\ngreeting_file = \"a\""), "shop.greeting_file is no setting"));
}

TEST_CASE("credentials of systemd are taken by the name of the secret, and no others") {
  const temporary_directory place;
  place.make_file("shop.api_key", "canary\n");
  place.make_file("nats.token", "bird");
  place.make_file("shop.greeting", "nobody's secret");
  place.make_file("tls.pem", "somebody else's");
  const weir::settings_sources from{.text = "shop.api_key = \"pen\"",
                                    .credentials_directory = place.path()};
  const auto settings = load_shop(from);

  CHECK(shop_in(settings).api_key == "canary");
  CHECK(origin_of(settings, "shop.api_key") == "credential shop.api_key");
  CHECK(settings.nats.token == "bird");
  CHECK(settings.nats.token.file() == place / "nats.token");
  CHECK(shop_in(settings).greeting == "welcome");

  auto with_variable = from;
  with_variable.environment = {{"WEIR_SHOP__API_KEY", "variable"}};
  CHECK(shop_in(load_shop(with_variable)).api_key == "variable");
  place.make_file("nats.password", "");
  CHECK(problems_of(from) == "credential nats.password: " + place / "nats.password" +
                                 " is empty; was the secret mounted?");
}

TEST_CASE("no problem tells a secret, however it was mistyped") {
  const temporary_directory place;
  const std::string wrong = place.make_file("wrong", std::string("canary\0", 7));
  const std::vector<weir::settings_sources> sources{
      {.text = "[nats]\npassword = canary"},
      {.text = "[nats]\npassword = tcanary"},
      {.text = "[nats]\npassword = 'canary"},
      {.text = "[nats]\npassword = \"canary"},
      {.text = "[nats]\npassword = \"can\\qary canary\""},
      {.text = "[nats]\npassword = 99999999999999999999canary"},
      {.text = "[nats]\npassword = 2000-01-01canary"},
      {.text = "[nats]\npassword = 0xcanary"},
      {.text = "[nats]\npassword = \"canary\" canary"},
      {.text = "[nats]\npassword : canary"},
      {.text = "[nats]\npassword = infcanary"},
      {.text = "[nats]\npasword = \"canary\""},
      {.text = "[nats]\npassword = [\"canary\"]"},
      {.text = "[nats]\npassword = {canary = \"canary\"}"},
      {.text = "[nats]\nurl = [\"nats://a:canary@b\"]"},
      {.text = "[nats]\nurl = \"nats://a:canary@b\"\nconnect_timeout = \"nats://a:canary@b\""},
      {.text = "[postgres]\nurl = \"mysql://a:canary@b\""},
      {.text = "[postgres]\nurl = \"mysql://b?password=canary\""},
      {.text = "shop.tax_key = 5\nshop.parcel = \"password=canary\""},
      {.environment = {{"WEIR_NATS__PASSWORT", "canary"}}},
      {.environment = {{"WEIR_NATS__TLS", "password=canary"}}},
      {.environment = {{"OTEL_EXPORTER_OTLP_HEADERS", "canary"},
                       {"WEIR_TRACE__HEADERS__X", "canary"}}},
      {.overrides = {"nats.password.canari=canary"}},
      {.overrides = {"canary"}},
      {.overrides = {"nats.pasword=canary"}},
      {.overrides = {"nats.password_file=" + wrong}},
  };

  for (const auto& from : sources) {
    const std::string told = problems_of(from);
    CAPTURE(told);
    CHECK(told != "");
    // The name of a key is not the value.
    CHECK_FALSE(contains(told, "canary"));
  }
}

TEST_SUITE_END();
