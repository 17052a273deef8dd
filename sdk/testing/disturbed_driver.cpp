// SPDX-License-Identifier: Apache-2.0
#include "disturbed_driver.hpp"

#include <signal.h>
#include <unistd.h>

namespace weir::test {

detail::ready_item* disturbed_driver::next(detail::ready_queue& waiting) noexcept {
  detail::ready_item* item = waiting.pop();
  if (item != nullptr && ++count_ == at_) ::kill(::getpid(), signal_);
  return item;
}

}  // namespace weir::test
