// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/file_status.hpp"
#include "weir/stream.hpp"

namespace weir {

/// How many entries of a directory are read ahead of whoever asks for them.
inline constexpr std::size_t directory_entries_at_once = 128;

/// A name in a directory, and what has it. A symbolic link is not followed.
struct directory_entry {
  std::string name;
  file_type type = file_type::other;

  friend bool operator==(const directory_entry&, const directory_entry&) = default;
};

/// What is in the directory at `path`, without "." and "..", in no order.
///
/// However large the directory is, no more than `directory_entries_at_once` are in memory. An entry
/// that is made or removed meanwhile may be among them or not. Read on a helper thread on every
/// driver (see blocking()).
///
///     auto entries = weir::list_directory("/etc");
///     while (auto entry = co_await entries.next()) use(entry->name);
stream<directory_entry> list_directory(std::string path);

}  // namespace weir
