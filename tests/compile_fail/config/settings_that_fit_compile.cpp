// SPDX-License-Identifier: Apache-2.0
// compiles
#include "weir/config/settings.hpp"
#include "weir/service/service.hpp"

struct shop_settings {
  std::int64_t free_shipping_from = 50'00;
  weir::duration price_age_max = std::chrono::minutes(5);
  weir::secret<std::string> tax_api_key;
  std::optional<std::vector<std::string>> countries;
};

void use(weir::service& with) { with.settings<shop_settings>("shop"); }
bool is_free(std::int64_t cents) {
  const auto& shop = weir::settings<shop_settings>();
  return cents >= shop.free_shipping_from && shop.tax_api_key == "pen" &&
         shop.tax_api_key == shop.tax_api_key && shop.tax_api_key.reveal().empty();
}
