// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/key_value.hpp"

namespace weir::nats::detail {

/// What is watched.
struct watch_request {
  std::string bucket;
  std::string stream;
  std::string filter;  ///< a subject
  watch_options options;
  bool ends_at_mark = false;  ///< ends where it is up to date, in place of the mark
};

stream<key_value_change> watch_keys(jetstream js, watch_request what);

}  // namespace weir::nats::detail
