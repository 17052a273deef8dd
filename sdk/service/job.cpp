// SPDX-License-Identifier: Apache-2.0
#include "job.hpp"

#include <fmt/format.h>

namespace weir::detail {

std::string job::identity() const {
  const auto& from = message.info();
  return fmt::format("{}:{}:{}:{:x}", from.consumer, from.stream, from.stream_sequence,
                     from.time.time_since_epoch().count());
}

std::string place_of(const meta& about) {
  return fmt::format("{}:{}", about.stream, about.stream_sequence);
}

}  // namespace weir::detail
