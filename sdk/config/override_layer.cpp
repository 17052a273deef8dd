// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "layers.hpp"

namespace weir::detail {

std::vector<config_value> override_layers(const settings_sources& from, settings_reader& in) {
  std::vector<config_value> layers;
  for (const std::string& text : from.overrides) {
    const std::size_t sign = text.find('=');
    const auto path = split_path(std::string_view(text).substr(0, sign), ".");
    const bool is_whole =
        sign != text.npos && path.size() > 1 && std::ranges::none_of(path, &std::string::empty);
    if (!is_whole) {
      // Without a sign all of it may be a secret.
      const std::string shown = sign == text.npos ? "***" : text.substr(0, sign) + "=...";
      in.complain("flag --set " + shown + ": it must be SECTION.KEY=VALUE, such as " +
                  "nats.url=nats://host:4222");
      continue;
    }
    config_value value;
    value.kind = config_value::kinds::loose;
    value.origin = "flag --set " + text.substr(0, sign);
    value.text = text.substr(sign + 1);
    put(layers.emplace_back(), path, std::move(value));
  }
  return layers;
}

}  // namespace weir::detail
