// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/time_limit.hpp"

#include "span_text.hpp"

namespace weir {

std::string time_limit::describe() const { return detail::span_text(limit_); }

}  // namespace weir
