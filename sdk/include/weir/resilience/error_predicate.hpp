// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "weir/error.hpp"

namespace weir {

/// Which errors a policy is about. Must not throw; cancellations are never asked about.
using error_predicate = std::function<bool(const error&)>;

/// Whether the same attempt may succeed later: the disposition is `retry`.
bool is_transient(const error& failure) noexcept;

/// Whether the error tells that the one who is called is in trouble: it is transient, and no
/// `limit_exceeded`, which is mostly a bound of this program, reached before anybody was called.
bool tells_of_trouble(const error& failure) noexcept;

}  // namespace weir
