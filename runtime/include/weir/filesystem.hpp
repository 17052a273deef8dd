// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/file_status.hpp"

namespace weir {

// What is done to names in file systems; see status() in file_status.hpp for what is asked, and
// list_directory.hpp. All of it is made on a helper thread on every driver (see blocking()). A call
// that has begun is awaited to its end, cancelled or not, so it is never unknown whether it was
// made. A name that was changed outlasts a crash of the machine once its directory was synced, as
// write_file_atomically() does.

/// Gives what is at `from` the name `to`, at once, in place of a file that has it already. Both lie
/// on the same file system.
///
///     co_await weir::rename_file("orders.new", "orders");
task<> rename_file(std::string from, std::string to);

/// Removes a file, a symbolic link (not what it leads to) or a directory that is empty.
task<> remove_file(std::string path);

/// Makes a directory; those on the way to it must be there. The permissions are less those that the
/// umask forbids.
task<> make_directory(std::string path, mode_t permissions = 0777);

}  // namespace weir
