// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace weir::test {

/// A database of a bench's own, new and empty, on the server that all benches of the program share
/// and the first one starts; dropped at its end. In it now() gives the time that it is told.
///
/// Blocks; throws std::runtime_error.
class bench_database {
 public:
  bench_database();
  ~bench_database();
  bench_database(const bench_database&) = delete;
  bench_database& operator=(const bench_database&) = delete;

  const std::string& conninfo() const noexcept { return conninfo_; }
  /// What now() gives from here on.
  void set_clock(std::chrono::system_clock::time_point now);
  /// How many of its sessions wait for locks, so for other sessions.
  std::size_t waits_for_locks() const;

 private:
  std::string name_;
  std::string conninfo_;
  int clock_ = -1;  ///< The file that now() reads.
};

}  // namespace weir::test
