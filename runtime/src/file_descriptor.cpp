// SPDX-License-Identifier: Apache-2.0
#include "weir/file_descriptor.hpp"

#include "weir/socket_calls.hpp"

namespace weir {

void file_descriptor::close() noexcept {
  // Linux frees the number whatever close() says, so there is nothing to repeat.
  if (number_ >= 0) detail::current_socket_calls().close_descriptor(release());
}

}  // namespace weir
