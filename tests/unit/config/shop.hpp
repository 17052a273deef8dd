// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/config/load_settings.hpp"
#include "weir/config/settings.hpp"
#include "weir/error.hpp"

/// A program's own section, with a field of each kind.
namespace weir::test {

enum class carrier : std::uint8_t { post, courier, pigeon };

struct parcel_settings {
  carrier by = carrier::post;
  std::uint8_t pieces_max = 10;
};

struct warehouse {
  std::string city;
  std::optional<std::int32_t> floor;
};

struct shop_settings {
  std::string greeting = "welcome";
  std::int64_t free_shipping_from = 50'00;
  bool gift_wrap = false;
  double discount = 0.5;
  float tax = 0.25F;
  weir::duration price_age_max = std::chrono::minutes(5);
  std::chrono::seconds hold = std::chrono::seconds(30);
  weir::byte_size picture_max = weir::mebibytes(4);
  carrier by = carrier::post;
  weir::secret<std::string> api_key;
  std::optional<weir::secret<std::string>> tax_key;
  std::optional<std::string> motto;
  std::vector<std::string> countries = {"de", "fr"};
  std::vector<warehouse> warehouses;
  parcel_settings parcel;
  std::optional<parcel_settings> express;
  int maxItems = 3;

  void check(const weir::settings_check& found) const {
    if (maxItems < 1) found.refuse("maxItems", "it must be 1 at least");
    if (greeting == "canary") found.refuse("api_key", "it does not fit the greeting");
  }
};

/// [shop], read from these sources.
inline service_settings load_shop(const settings_sources& from) {
  std::vector<detail::own_section> own;
  detail::add_section(own, detail::make_own_section<shop_settings>("shop"));
  return load_settings(from, {}, own);
}

inline const shop_settings& shop_in(const service_settings& settings) {
  return *static_cast<const shop_settings*>(settings.own.at(0).value.get());
}

/// What is wrong with them; empty for nothing.
inline std::string problems_of(const settings_sources& from) {
  try {
    load_shop(from);
  } catch (const error& refused) {
    return refused.message();
  }
  return {};
}

/// The same of a config.toml.
inline std::string problems_in(std::string text) {
  settings_sources from;
  from.text = std::move(text);
  return problems_of(from);
}

}  // namespace weir::test
