// SPDX-License-Identifier: Apache-2.0
#include "weir/file_descriptor.hpp"

#include <unistd.h>

namespace weir {

void file_descriptor::close() noexcept {
  // Linux frees the number whatever close() says, so there is nothing to repeat.
  if (number_ >= 0) ::close(release());
}

}  // namespace weir
