// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "shop.hpp"

TEST_SUITE_BEGIN("config.types");

using namespace std::chrono_literals;
using weir::test::carrier;
using weir::test::load_shop;
using weir::test::problems_in;
using weir::test::problems_of;
using weir::test::shop_in;
using weir::test::shop_settings;

namespace {

/// What a section [shop] with this one key is complained about for.
std::string problem(const std::string& line) { return problems_in("[shop]\n" + line); }

}  // namespace

TEST_CASE("without any layer the initialisers of the struct hold") {
  const auto settings = load_shop({});
  const shop_settings& shop = shop_in(settings);

  CHECK(shop.greeting == "welcome");
  CHECK(shop.price_age_max == 5min);
  CHECK(shop.picture_max == weir::mebibytes(4));
  CHECK(shop.countries == std::vector<std::string>{"de", "fr"});
  CHECK(shop.api_key == "");
  CHECK_FALSE(shop.motto.has_value());
  CHECK_FALSE(shop.express.has_value());
}

TEST_CASE("a field of each kind is read from TOML") {
  const auto settings = load_shop({.text = R"(
[shop]
greeting = "hello"
free_shipping_from = -1
gift_wrap = true
discount = 1
tax = 0.5
price_age_max = "250ms"
hold = "1m"
picture_max = "64KiB"
by = "pigeon"
api_key = "canary"
tax_key = "bird"
motto = "more"
countries = ["es", "it", "pt"]
warehouses = [{city = "Ulm", floor = 3}, {city = "Rom"}]
parcel.by = "courier"
express = {pieces_max = 1}
maxItems = 0x10
)"});
  const shop_settings& shop = shop_in(settings);

  CHECK(shop.greeting == "hello");
  CHECK(shop.free_shipping_from == -1);
  CHECK(shop.gift_wrap);
  CHECK(shop.discount == 1.0);
  CHECK(shop.tax == 0.5F);
  CHECK(shop.price_age_max == 250ms);
  CHECK(shop.hold == 60s);
  CHECK(shop.picture_max == weir::kibibytes(64));
  CHECK(shop.by == carrier::pigeon);
  CHECK(shop.api_key == "canary");
  REQUIRE(shop.tax_key.has_value());
  CHECK(*shop.tax_key == "bird");
  CHECK(shop.motto == "more");
  CHECK(shop.countries == std::vector<std::string>{"es", "it", "pt"});
  REQUIRE(shop.warehouses.size() == 2);
  CHECK(shop.warehouses[0].city == "Ulm");
  CHECK(shop.warehouses[0].floor == 3);
  CHECK_FALSE(shop.warehouses[1].floor.has_value());
  CHECK(shop.parcel.by == carrier::courier);
  CHECK(shop.parcel.pieces_max == 10);
  REQUIRE(shop.express.has_value());
  CHECK(shop.express->pieces_max == 1);
  CHECK(shop.maxItems == 16);
}

TEST_CASE("a field of each kind is read from a text") {
  const auto settings =
      load_shop({.overrides = {"shop.greeting=5=five", "shop.free_shipping_from=+7",
                               "shop.gift_wrap=True", "shop.discount=2.5e-1", "shop.tax=1",
                               "shop.price_age_max=1h30m", "shop.hold=2s", "shop.picture_max=4096",
                               "shop.by=courier", "shop.motto=", "shop.countries=[\"es\"]",
                               "shop.warehouses=[{city = \"Bonn\"}]", "shop.parcel.pieces_max=255",
                               "shop.maxItems=8"}});
  const shop_settings& shop = shop_in(settings);

  CHECK(shop.greeting == "5=five");
  CHECK(shop.free_shipping_from == 7);
  CHECK(shop.gift_wrap);
  CHECK(shop.discount == 0.25);
  CHECK(shop.tax == 1.0F);
  CHECK(shop.price_age_max == 90min);
  CHECK(shop.hold == 2s);
  CHECK(shop.picture_max == weir::kibibytes(4));
  CHECK(shop.by == carrier::courier);
  CHECK(shop.motto == "");
  CHECK(shop.countries == std::vector<std::string>{"es"});
  REQUIRE(shop.warehouses.size() == 1);
  CHECK(shop.warehouses[0].city == "Bonn");
  CHECK(shop.parcel.pieces_max == 255);
  CHECK(shop.maxItems == 8);
}

TEST_CASE("a value of another type is refused with its place and what would be right") {
  CHECK(problem("greeting = 5") == "settings:2: shop.greeting is 5; it must be a text in quotes");
  CHECK(problem("gift_wrap = \"yes\"") ==
        "settings:2: shop.gift_wrap is \"yes\"; it must be true or false");
  CHECK(problem("gift_wrap = 1") == "settings:2: shop.gift_wrap is 1; it must be true or false");
  CHECK(problem("discount = \"much\"") ==
        "settings:2: shop.discount is \"much\"; it must be a number");
  CHECK(problem("free_shipping_from = 1.5") ==
        "settings:2: shop.free_shipping_from is 1.5; it must be a whole number from "
        "-9223372036854775808 to 9223372036854775807");
  CHECK(problem("price_age_max = 5") ==
        "settings:2: shop.price_age_max is 5; it must be a span of time with its unit, such as "
        "\"250ms\", \"1.5s\" or \"1h30m\"");
  CHECK(problem("picture_max = \"big\"") ==
        "settings:2: shop.picture_max is \"big\"; it must be a size with its unit, such as "
        "\"4MiB\" or \"64KiB\"");
  CHECK(problem("picture_max = -1").find("it must be a size") != std::string::npos);
  CHECK(problem("by = \"pigoen\"") ==
        "settings:2: shop.by is \"pigoen\"; did you mean \"pigeon\"? it must be one of post, "
        "courier and pigeon");
  CHECK(problem("by = 1") ==
        "settings:2: shop.by is 1; it must be one of post, courier and pigeon");
  CHECK(
      problem("countries = \"de\"") ==
      "settings:2: shop.countries is \"de\"; it must be a list, such as [\"a\", \"b\"] or [1, 2]");
  CHECK(problem("parcel = 5") ==
        "settings:2: shop.parcel is 5; it is a section, whose keys are set one by one");
  CHECK(problem("greeting = 2000-01-01") ==
        "settings:2: shop.greeting is a date or time; it must be a text in quotes");
  CHECK(problem("greeting = {}").find("shop.greeting is a section") != std::string::npos);
  CHECK(problem("greeting = []").find("shop.greeting is a list") != std::string::npos);
}

TEST_CASE("a number out of its range is refused with that") {
  CHECK(problem("[shop.parcel]\npieces_max = 256") ==
        "settings:3: shop.parcel.pieces_max is 256; it must be a whole number from 0 to 255");
  CHECK(problem("[shop.parcel]\npieces_max = -1").find("from 0 to 255") != std::string::npos);
  CHECK(problem("maxItems = 3000000000").find("-2147483648 to 2147483647") != std::string::npos);
  CHECK(problem("hold = \"1500ms\"") ==
        "settings:2: shop.hold is \"1500ms\"; it is finer than this setting counts");
  CHECK(problems_of({.overrides = {"shop.maxItems=12x", "shop.discount=", "shop.hold=5"}})
            .find("flag --set shop.maxItems: shop.maxItems is \"12x\"") == 0);
}

TEST_CASE("an element of a list is refused by its place there, and the list stays as it was") {
  CHECK(problem("countries = [\"de\", 5]") ==
        "settings:2: shop.countries[1] is 5; it must be a text in quotes");
  CHECK(problem("warehouses = [{city = \"Ulm\"}, {town = \"Bonn\", floor = \"x\"}]") ==
        "settings:2: shop.warehouses[1].town is no setting; there are city and floor\n"
        "settings:2: shop.warehouses[1].floor is \"x\"; it must be a whole number from -2147483648 "
        "to 2147483647");
}

TEST_CASE("a list in a text says nothing but the list") {
  for (const char* wrong : {"de", "[\"de\"", "[1]\nurl = 5", "{a = 1}", "[\"de\"] # x\n", ""}) {
    CAPTURE(wrong);
    CHECK(problems_of({.overrides = {std::string("shop.countries=") + wrong}}) != "");
  }
}

TEST_CASE("a check of the program's own is reported with the place of the value") {
  CHECK(problem("maxItems = 0") == "settings:2: shop.maxItems is 0; it must be 1 at least");
  CHECK(problems_of({.environment = {{"WEIR_SHOP__MAXITEMS", "0"}}}) ==
        "environment WEIR_SHOP__MAXITEMS: shop.maxItems is 0; it must be 1 at least");
  CHECK(problem("greeting = \"canary\"\napi_key = \"canary\"") ==
        "settings:3: shop.api_key is \"***\"; it does not fit the greeting");
  CHECK(problem("greeting = \"canary\"") ==
        "default: shop.api_key is \"\"; it does not fit the greeting");
}

TEST_CASE("sections have names that a variable can have, and a struct of their own") {
  const auto refusal = [](std::vector<std::string> names) {
    std::vector<weir::detail::own_section> own;
    try {
      for (auto& name : names) {
        add_section(own, weir::detail::make_own_section<shop_settings>(std::move(name)));
      }
    } catch (const weir::error& refused) {
      return refused.message();
    }
    return std::string();
  };

  CHECK(refusal({"shop"}) == "");
  CHECK(refusal({"shop_2"}) == "");
  for (const char* wrong : {"", "Shop", "my-shop", "a__b", "_a", "a_", "a.b", "caf\xC3\xA9"}) {
    CAPTURE(wrong);
    CHECK(refusal({wrong}).find("use small letters") != std::string::npos);
  }
  CHECK(refusal({"nats"}).find("weir's own") != std::string::npos);
  CHECK(refusal({"shop", "shop"}).find("there twice") != std::string::npos);
  CHECK(refusal({"shop", "store"}).find("could not tell them apart") != std::string::npos);
}

TEST_CASE("settings are there while a service holds them, and the newest one's") {
  std::vector<weir::detail::own_section> own;
  add_section(own, weir::detail::make_own_section<shop_settings>("shop"));
  CHECK_THROWS_WITH_AS(weir::settings<shop_settings>(),
                       doctest::Contains("no running service has settings of the type"),
                       const weir::error&);
  {
    const weir::detail::settings_hold defaults({}, own);
    CHECK(weir::settings<shop_settings>().maxItems == 3);
    {
      const auto read = load_shop({.text = "shop.maxItems = 4"});
      const weir::detail::settings_hold given(read.own, own);
      CHECK(weir::settings<shop_settings>().maxItems == 4);
      CHECK(&weir::settings<shop_settings>() == &shop_in(read));
    }
    CHECK(weir::settings<shop_settings>().maxItems == 3);
  }
  CHECK_THROWS_AS(weir::settings<shop_settings>(), const weir::error&);
}

TEST_SUITE_END();
