// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <memory>
#include <string>
#include <string_view>

#include "weir/clock.hpp"
#include "weir/file_descriptor.hpp"

namespace weir::detail {

/// Blocks until a descriptor takes more, at most so long; false when it does not by then.
bool wait_for_room(int descriptor, duration limit);

/// A descriptor that is written to without ever waiting for who reads it.
///
/// Its own O_NONBLOCK is left alone: all that have inherited it would get it, the shell among them.
/// A socket takes MSG_DONTWAIT; a pipe or a terminal is opened once more, non-blocking. Where that
/// is forbidden (a pipe of another user's), it is written to when it has room, a page at a time,
/// and only another program that writes to the same pipe just then can make that wait.
class log_output {
 public:
  /// What a pipe is opened by once more is its number in that directory.
  explicit log_output(int descriptor, std::string_view opened_in = "/proc/self/fd")
      : descriptor_(descriptor), path_(std::string(opened_in) + '/' + std::to_string(descriptor)) {}

  /// A count, or a negative errno: -EAGAIN where there is no room. The descriptor may have become
  /// another file since.
  ssize_t write(std::string_view text);
  /// Whether a write may take long, being to a file.
  bool is_slow();
  /// What to wait for room on, for as long as it is held.
  std::shared_ptr<const file_descriptor> when_full();

  bool is_terminal() const noexcept;
  /// Whether JOURNAL_STREAM names it, see systemd.exec(5).
  bool is_journal() const noexcept;

 private:
  enum class kind : unsigned char { unknown, socket, file, reopened, shared };

  void look();
  int target() const noexcept;

  const int descriptor_;
  const std::string path_;
  kind kind_ = kind::unknown;
  dev_t device_{};
  ino_t number_{};
  std::shared_ptr<const file_descriptor> own_;  // Of a reopened one.
};

}  // namespace weir::detail
