// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "weir/nats/object_info.hpp"

namespace weir::nats {

/// What a watch of a bucket of objects gives.
struct object_watch_options {
  /// Nothing to begin with, only what changes from now on; then no mark is given.
  bool updates_only = false;
  bool ignore_removed = false;  ///< no marks of removed objects
};

/// One change that a watch gives, or the mark that all objects of the beginning have been given.
struct object_change {
  std::optional<object_info> info;  ///< empty for the mark, which comes once

  bool is_up_to_date_mark() const noexcept { return !info.has_value(); }
};

}  // namespace weir::nats
