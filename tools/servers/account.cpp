// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "server_error.hpp"

namespace weir::servers {

account current_account() { return {.user = geteuid(), .group = getegid()}; }

account unprivileged_account() {
  if (geteuid() != 0) return current_account();
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* entry = getpwnam(name)) {
      return {.user = entry->pw_uid, .group = entry->pw_gid};
    }
  }
  throw server_error(
      "PostgreSQL refuses to run as root, and this machine has neither an account `postgres` nor "
      "`nobody` to run it as; run this program as an ordinary user");
}

void give_to(const std::filesystem::path& path, const account& owner) {
  if (chown(path.c_str(), owner.user, owner.group) == 0) return;
  throw server_error("cannot make uid " + std::to_string(owner.user) + " the owner of \"" +
                     path.string() + "\": " + std::strerror(errno));
}

}  // namespace weir::servers
