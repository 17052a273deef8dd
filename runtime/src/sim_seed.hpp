// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace weir::detail {

/// The seed that WEIR_SEED asks for, if it is set; throws where it is no number.
std::optional<std::uint64_t> wanted_sim_seed();

/// That seed, or one that the kernel gives.
std::uint64_t fresh_sim_seed();

}  // namespace weir::detail
