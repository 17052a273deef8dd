// SPDX-License-Identifier: Apache-2.0
#include "weir/service/batch.hpp"

#include <stdexcept>
#include <string>

namespace weir {

void batch::fail(std::size_t index, error why) {
  if (index >= size_) {
    throw std::out_of_range("batch::fail(" + std::to_string(index) + ") of a batch of " +
                            std::to_string(size_));
  }
  failures_.emplace(index, std::move(why));
}

}  // namespace weir
