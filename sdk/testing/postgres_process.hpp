// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace weir::test {

/// A PostgreSQL server for tests, reached over a Unix socket in a directory that only its owner
/// can enter. It forgets in a crash: nothing is synced.
///
/// It runs under a guard, a process that ends the server and removes its directory when this
/// object, or the program, is gone, however that came. Started by root it runs as `postgres` or
/// `nobody`, since PostgreSQL refuses root. Blocks; throws std::runtime_error with the remedy.
class postgres_process {
 public:
  postgres_process();
  ~postgres_process();
  postgres_process(const postgres_process&) = delete;
  postgres_process& operator=(const postgres_process&) = delete;

  /// How its superuser connects to a database.
  std::string conninfo(const std::string& database) const;
  /// The server's own directory, to which relative paths in its functions refer.
  std::filesystem::path data() const { return directory_ / "data"; }

 private:
  void wait_ready() const;
  void end() noexcept;

  std::filesystem::path directory_;
  int lifeline_ = -1;  ///< Its end is what the guard waits for.
  pid_t guard_ = -1;
};

}  // namespace weir::test
