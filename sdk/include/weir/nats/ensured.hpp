// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace weir::nats {

/// A field in which a stream or consumer is not as it should be.
struct config_difference {
  std::string field;      ///< the server's name for it: "max_age"
  std::string is;         ///< as JSON, durations in nanoseconds; "null" where there is none
  std::string wanted;     ///< the same
  bool is_fixed = false;  ///< no server changes it: it must be deleted and made anew
};

/// How a stream or consumer compares with what it should be.
struct config_comparison {
  bool exists = false;
  std::vector<config_difference> differences;  ///< of one that exists

  bool fits() const noexcept { return exists && differences.empty(); }
};

/// What was done so that something is as it should be.
enum class ensure_outcome : unsigned char { created, changed, unchanged };

/// A stream or consumer that is as it should be, and what that took.
template <class Info>
struct ensured {
  ensure_outcome outcome = ensure_outcome::unchanged;
  std::vector<config_difference> changes;  ///< what was changed
  /// Fields that the server knows and has set to something else than wanted, by rules of its own.
  std::vector<config_difference> adjusted;
  Info info;
};

}  // namespace weir::nats
