// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "weir/task.hpp"

namespace weir {

/// What something in a file system is.
enum class file_type : std::uint8_t {
  regular,
  directory,
  symbolic_link,
  other,  ///< A device, a pipe, a socket.
};

/// What a file system says about a file.
struct file_status {
  file_type type = file_type::other;
  std::uint64_t size = 0;  ///< Bytes, of a regular file.
  mode_t permissions = 0;  ///< The lower twelve bits, such as 0644.
  std::chrono::system_clock::time_point modified;

  friend bool operator==(const file_status&, const file_status&) = default;
};

/// The status of what is at `path`; a symbolic link is followed. Throws where nothing is there.
///
/// Asked on a helper thread on every driver (see blocking()).
task<file_status> status(std::string path);

}  // namespace weir
