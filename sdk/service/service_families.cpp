// SPDX-License-Identifier: Apache-2.0
#include "service_families.hpp"

namespace weir::detail {

std::vector<double> age_buckets() {
  std::vector<double> bounds = latency_buckets();
  bounds.insert(bounds.end(), {30, 60, 300, 3600});
  return bounds;
}

const service_families& metrics_of_services() {
  static const service_families all;
  return all;
}

}  // namespace weir::detail
