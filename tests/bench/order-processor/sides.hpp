// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "side.hpp"

namespace weir::bench {

/// Programs that are there. A peer whose path is empty is left out.
struct programs {
  std::vector<std::string> weir;  ///< NAME=PATH each
  std::string by_hand, go, rust;
};

/// weir's variants, and behind them the peers. Throws for a variant without a name or a path.
std::vector<entrant> make_entrants(const programs& of);

/// What a variant's rate shall be of a peer's, at least.
std::optional<double> rate_reach(std::string_view variant, std::string_view peer);
/// What processor time an order may take a variant at most, in microseconds.
std::optional<double> cpu_reach(std::string_view variant);

}  // namespace weir::bench
