// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/error_predicate.hpp"

namespace weir {

bool is_transient(const error& failure) noexcept {
  return failure.disposition() == disposition::retry;
}

bool tells_of_trouble(const error& failure) noexcept {
  return is_transient(failure) && !failure.is(errc::limit_exceeded);
}

}  // namespace weir
