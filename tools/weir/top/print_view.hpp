// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "service_view.hpp"

namespace weir::top {

/// A service as it is shown; with a failure there is nothing else.
struct shown_service {
  std::string url;
  service_view view = {};
  std::string failure = {};
};

/// A block of lines for each service, the verdict last.
std::string text_of(const std::vector<shown_service>& all);

/// A line of JSON for each.
std::string json_of(const std::vector<shown_service>& all);

}  // namespace weir::top
