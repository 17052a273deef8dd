// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace weir::servers {

/// The system account that a server runs as.
struct account {
  uid_t user;
  gid_t group;
};

/// Who runs this program.
account current_account();

/// Who may run PostgreSQL, whose programs refuse root: ourselves, or when we are root the account
/// `postgres`, or `nobody` where that does not exist.
account unprivileged_account();

/// Makes `owner` the owner of `path`. Throws server_error.
void give_to(const std::filesystem::path& path, const account& owner);

}  // namespace weir::servers
