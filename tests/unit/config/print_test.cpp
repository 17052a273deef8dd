// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "runtime/temporary_directory.hpp"
#include "shop.hpp"

TEST_SUITE_BEGIN("config.print");

using weir::to_toml;
using weir::test::load_shop;
using weir::test::shop_in;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("each value is printed with where it comes from") {
  const weir::test::temporary_directory place;
  const std::string key = place.make_file("key", "canary");
  const std::string text = to_toml(
      load_shop({.text = "[shop]\nprice_age_max = \"90s\"\nwarehouses = [{city = \"Ulm\"}]\n"
                         "express.pieces_max = 2\n",
                 .environment = {{"NATS_URL", "nats://till:canary@db:4222"},
                                 {"DATABASE_URL", "host=db password=canary"},
                                 {"PGUSER", "clerk"},
                                 {"PGPASSWORD", "canary"},
                                 {"PG_COLOR", "always"},
                                 {"OTEL_EXPORTER_OTLP_HEADERS", "key=canary"}},
                 .overrides = {"shop.discount=1", "shop.api_key_file=" + key}}));

  CAPTURE(text);
  CHECK(text.starts_with("[nats]\nurl = \"nats://till:***@db:4222\"  # environment NATS_URL\n"));
  CHECK(contains(text, "\npassword = \"\"  # default\n"));
  CHECK(contains(text, "\n[nats.tls]\nrequired = false  # default\n"));
  CHECK(contains(text, "\nurl = \"host=db password=***\"  # environment DATABASE_URL\n"));
  CHECK(contains(text, "\n# libpq reads environment PGPASSWORD=***\n"));
  CHECK(contains(text, "\n# libpq reads environment PGUSER=clerk\n"));
  CHECK_FALSE(contains(text, "PG_COLOR"));
  CHECK(contains(text, "\ndrain_timeout = \"25s\"  # default\n"));
  CHECK(contains(text, "\nheaders = \"***\"  # environment OTEL_EXPORTER_OTLP_HEADERS\n"));
  CHECK(contains(text, "\n[shop]\ngreeting = \"welcome\"  # default\n"));
  CHECK(contains(text, "\nprice_age_max = \"1m30s\"  # settings:2\n"));
  CHECK(contains(text, "\ndiscount = 1.0  # flag --set shop.discount\n"));
  CHECK(contains(text, "\npicture_max = \"4MiB\"  # default\n"));
  CHECK(contains(text, "\nby = \"post\"  # default\n"));
  CHECK(contains(text,
                 "\napi_key = \"***\"  # flag --set shop.api_key_file (the file " + key + ")\n"));
  CHECK(contains(text, "\n# motto is not set  # default\n"));
  CHECK(contains(text, "\ncountries = [\"de\", \"fr\"]  # default\n"));
  CHECK(contains(text, "\nwarehouses = [{city = \"Ulm\"}]  # settings:3\n"));
  CHECK(
      contains(text, "\n[shop.express]\nby = \"post\"  # default\npieces_max = 2  # settings:4\n"));
  CHECK_FALSE(contains(text, "canary"));
}

TEST_CASE("what is printed is TOML that means the same") {
  const auto settings = load_shop(
      {.text =
           "[shop]\ngreeting = \"a \\\"b\\\" \\\\ \\n\\u0001 \xC3\xA9\"\ndiscount = 1e300\n"
           "tax = inf\nmotto = \"\"\nwarehouses = [{city = \"Ulm\", floor = -1}]\nby = \"pigeon\"\n"
           "[shop.express]\n"});
  const auto again = load_shop({.text = to_toml(settings)});

  CHECK(shop_in(again).greeting == shop_in(settings).greeting);
  CHECK(shop_in(again).discount == 1e300);
  CHECK(shop_in(again).motto == "");
  CHECK(shop_in(again).by == weir::test::carrier::pigeon);
  REQUIRE(shop_in(again).warehouses.size() == 1);
  CHECK(shop_in(again).warehouses[0].floor == -1);
  CHECK(shop_in(again).express.has_value());
  CHECK(again.service.drain_timeout == settings.service.drain_timeout);
  const auto values_only = [](std::string text) {
    for (auto at = text.find("  # "); at != text.npos; at = text.find("  # ", at)) {
      text.erase(at, text.find('\n', at) - at);
    }
    return text;
  };
  CHECK(values_only(to_toml(again)) == values_only(to_toml(settings)));
}

TEST_CASE("bytes that no TOML can hold do not end up in it") {
  const auto settings = load_shop(
      {.environment = {{"WEIR_SHOP__GREETING", "a\xFF\xC3(\xED\xA0\x80\x7F"}, {"PGHOST", "a\nb"}}});
  const std::string text = to_toml(settings);

  CHECK(contains(text, "greeting = \"a\xEF\xBF\xBD\xEF\xBF\xBD("));
  CHECK(contains(text, "\\u007F\""));
  CHECK(contains(text, "# libpq reads environment PGHOST=a?b\n"));
  CHECK(weir::test::problems_in(text) == "");
}

TEST_SUITE_END();
