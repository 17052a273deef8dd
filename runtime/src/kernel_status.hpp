// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <string>

#include "weir/file_status.hpp"

namespace weir::detail {

/// What fstat() says; throws with `path` in the text.
struct stat kernel_status(int descriptor, const std::string& path);

file_status as_file_status(const struct stat& status) noexcept;

}  // namespace weir::detail
