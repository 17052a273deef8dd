// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "weir/file_descriptor.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/stream.hpp"

namespace weir {

/// What happened to a watched file, or to something in a watched directory.
enum class change_kind : std::uint16_t {
  created = 1,      ///< It was made, or a link to it.
  modified = 2,     ///< It was written to or cut off.
  finished = 4,     ///< It was open for writing and was closed: its contents are whole.
  moved_away = 8,   ///< It has another name now, here or elsewhere.
  moved_here = 16,  ///< It has this name now, and had another one before.
  deleted = 32,
  overflowed = 64,  ///< Changes were lost, of any watch: look at everything anew. Always told.
  ended = 128,      ///< Nothing more comes of this watch, removed or gone. Always told.
};

/// Some kinds of changes: `change_kind::created | change_kind::deleted`.
class change_kinds {
 public:
  constexpr change_kinds(change_kind one) noexcept : bits_(static_cast<std::uint16_t>(one)) {}

  static constexpr change_kinds all() noexcept;
  constexpr bool contain(change_kind one) const noexcept {
    return (bits_ & static_cast<std::uint16_t>(one)) != 0;
  }
  friend constexpr change_kinds operator|(change_kinds left, change_kinds right) noexcept {
    left.bits_ |= right.bits_;
    return left;
  }

 private:
  std::uint16_t bits_;
};

constexpr change_kinds operator|(change_kind left, change_kind right) noexcept {
  return change_kinds(left) | change_kinds(right);
}

constexpr change_kinds change_kinds::all() noexcept {
  return change_kind::created | change_kind::modified | change_kind::finished |
         change_kind::moved_away | change_kind::moved_here | change_kind::deleted;
}

/// The name of one watch of a file_watcher; none is used twice.
using watch_id = int;

struct file_change {
  change_kind kind = change_kind::overflowed;
  /// Of the watch; -1 for `overflowed`.
  watch_id watch = -1;
  /// What changed: the path that is watched, or, for something in a directory that is watched, that
  /// path, "/" and the name. Empty for `overflowed`.
  std::string path;
  /// The same number, not 0, for the `moved_away` and the `moved_here` of one move.
  std::uint32_t move = 0;

  friend bool operator==(const file_change&, const file_change&) = default;
};

/// Watches files and directories, by inotify: tells what changes, as it changes.
///
/// A directory is watched without those in it. A file is watched, not its name: what replaces it is
/// another file, so who waits for a new version of a file watches its directory. The kernel keeps
/// what was not fetched up to a bound (fs.inotify.max_queued_events), and says `overflowed` once
/// instead of what it drops. Several equal changes in a row may be told as one. One loop.
///
///     weir::file_watcher watcher;
///     co_await watcher.add("/etc/app", weir::change_kind::finished);
///     auto changes = watcher.changes();
///     while (auto change = co_await changes.next()) reload(change->path);
class file_watcher {
 public:
  /// Throws where the kernel has no more for this user (fs.inotify.max_user_instances).
  file_watcher();
  file_watcher(const file_watcher&) = delete;
  file_watcher& operator=(const file_watcher&) = delete;

  /// Watches what is at `path`, from before this returns. What is watched already, by this path or
  /// another, keeps its watch, which is for these kinds and this path from here. The call is made
  /// on a helper thread (see blocking()); one that has begun is awaited to its end.
  task<watch_id> add(std::string path, change_kinds kinds = change_kinds::all());
  /// Ends a watch. What happened before is told still, and then `ended`. Nothing happens where it
  /// has ended by itself.
  void remove(watch_id watch) noexcept;

  /// The changes, in their order; it has no end. One at a time, and the watcher must outlive it.
  /// Where its next() is cancelled, or it is dropped, nothing is lost: the next one goes on.
  stream<file_change> changes();

 private:
  static constexpr std::size_t bytes_at_once = 4096;

  task<file_change> next_change();
  void read_changes();

  file_descriptor source_;
  std::unordered_map<watch_id, std::string> paths_;
  std::size_t adding_ = 0;  // Calls under way: their watches may tell of changes already.
  manual_reset_event added_;
  std::array<char, bytes_at_once> read_;
  std::size_t begin_ = 0;  // Of what was read and not yet given.
  std::size_t end_ = 0;
};

}  // namespace weir
