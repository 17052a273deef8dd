// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/limits.hpp"

#include <string>

#include "refuse.hpp"

namespace weir::postgres::detail {

void require_parameter_bytes(std::size_t size) {
  if (size <= parameter_bytes_max) return;
  refuse_argument("the parameters of a statement take " + std::to_string(size) +
                  " bytes, more than PostgreSQL takes at once (1 GiB with what stands around "
                  "them): store the value in parts, or as a large object");
}

void require_array_elements(std::size_t count) {
  if (count <= array_elements_max) return;
  refuse_argument("an array of " + std::to_string(count) +
                  " elements is larger than PostgreSQL makes (" +
                  std::to_string(array_elements_max) + "): send it in parts");
}

}  // namespace weir::postgres::detail
