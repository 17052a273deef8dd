// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace weir::test {

/// The seed of this run, for every randomised test: WEIR_SEED if set, else a fresh one. It is
/// printed when the program starts, so that a failure can be run again with the same choices.
std::uint64_t seed();

}  // namespace weir::test
