// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "weir/clock.hpp"
#include "weir/file_watcher.hpp"
#include "weir/task.hpp"

namespace weir::dev {

/// How many folders are watched at most; the kernel has a bound of its own besides.
inline constexpr std::size_t watched_folders_max = 8192;
/// Changes that come within this time of each other are one burst, as an editor's or git's are...
inline constexpr duration quiet_time = std::chrono::milliseconds(100);
/// ...which ends after this time whatever still comes.
inline constexpr duration burst_time_max = std::chrono::seconds(5);
/// How many paths of a burst are kept.
inline constexpr std::size_t burst_paths_max = 1000;

/// True for what no build depends on: hidden files and folders, backups and drafts of editors,
/// Python's caches.
bool is_left_out(std::string_view name);

/// Tells what changes in a tree of folders, those that are made later included; without what
/// is_left_out(), and without build directories of Meson. Links to folders are not followed. One
/// loop.
class source_watch {
 public:
  explicit source_watch(std::filesystem::path root) : root_(std::move(root)) {}

  /// Watches the tree, from before this returns. Throws `limit_exceeded` where it has more than
  /// watched_folders_max folders, or the kernel allows no more.
  task<> open();
  /// Suspends until something changes, and then until all is quiet; gives what it was, below the
  /// root, without what came and went meanwhile. An empty path means that changes were lost. A
  /// next() that is cancelled may lose changes.
  task<std::set<std::string>> next();

  std::size_t folders() const noexcept { return folders_.size(); }

 private:
  struct burst {
    std::set<std::string> changed;
    std::set<std::string> made;  ///< In it, so that what is gone at its end never was.
  };

  task<file_change> next_change();
  task<> note(file_change change, burst& into);
  task<bool> add_tree(std::filesystem::path folder);
  void forget_tree(const std::string& folder);

  std::filesystem::path root_;
  file_watcher watcher_;
  std::map<std::string, watch_id> folders_;
};

}  // namespace weir::dev
