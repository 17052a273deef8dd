// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "weir/task.hpp"

namespace weir {

/// What read_file() takes at most, unless it is told otherwise.
inline constexpr std::size_t file_bytes_max = std::size_t{64} << 20;

/// All that is in the file at `path`. Throws `limit_exceeded` for more than `limit` bytes, having
/// read no more than that.
///
///     const std::string settings = co_await weir::read_file("settings.json", 1 << 20);
task<std::string> read_file(std::string path, std::size_t limit = file_bytes_max);

/// Puts a file with these contents at `path`, in place of one that is there: whoever reads it finds
/// the old contents or the new, whole, and so it is after a crash of the machine.
///
/// The contents stay valid until the end. They are written to a new file in the same directory,
/// synced and given the name; then the directory is synced. A failure or cancellation before that
/// leaves what was there and nothing else. Once the name is being given, it is awaited to its end;
/// an error there of the directory's sync says that the new contents are in place and may not
/// outlast a crash. Permissions stay those of the file that is replaced (of a new one 0666 less the
/// umask), its owner becomes this process's. A symbolic link is replaced, not followed.
///
///     co_await weir::write_file_atomically("state.json", text);
task<> write_file_atomically(std::string path, std::span<const std::byte> contents);
task<> write_file_atomically(std::string path, std::string_view text);

}  // namespace weir
