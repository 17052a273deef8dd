// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixture.hpp"

namespace weir::test {

/// Checks, while nothing is under way, that a pool works, that all its connections are idle, and
/// that nothing was left on them or on the server: no transaction, no lock, no setting.
task<> check_clean(postgres::pool& db);

/// The text says `part`.
bool says(const std::string& text, std::string_view part);

}  // namespace weir::test
