// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/loop.hpp"

namespace weir::detail {

/// An operation of the driver without a face of its own: gives its result or a negative errno.
class plain_operation final : public io_operation {
 public:
  using io_operation::io_operation;
};

}  // namespace weir::detail
