// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/types.h>

namespace weir {

/// What a file is opened for, and what is done where it is or is not there.
///
///     auto log = co_await weir::file::open("a.log", weir::open_options::to_append().create());
class open_options {
 public:
  static constexpr open_options to_read() noexcept { return open_options(O_RDONLY); }
  static constexpr open_options to_write() noexcept { return open_options(O_WRONLY); }
  static constexpr open_options to_read_and_write() noexcept { return open_options(O_RDWR); }
  /// Each write goes to the end, wherever that is by then; positions are ignored.
  static constexpr open_options to_append() noexcept { return open_options(O_WRONLY | O_APPEND); }

  /// Makes the file where there is none; otherwise that is an error.
  constexpr open_options create() const noexcept { return with(O_CREAT); }
  /// Makes the file, and fails where there is one: of several who try, one succeeds.
  constexpr open_options create_new() const noexcept { return with(O_CREAT | O_EXCL); }
  /// Empties a file that is there.
  constexpr open_options truncate() const noexcept { return with(O_TRUNC); }
  /// The permissions of a file that is made, less those that the umask forbids; else 0666.
  constexpr open_options permissions(mode_t bits) const noexcept {
    open_options changed = *this;
    changed.permissions_ = bits;
    return changed;
  }

  constexpr int flags() const noexcept { return flags_; }
  constexpr mode_t permissions() const noexcept { return permissions_; }

 private:
  explicit constexpr open_options(int flags) noexcept : flags_(flags) {}
  constexpr open_options with(int more) const noexcept {
    open_options changed = *this;
    changed.flags_ |= more;
    return changed;
  }

  int flags_;
  mode_t permissions_ = 0666;
};

}  // namespace weir
