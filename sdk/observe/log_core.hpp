// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "log_line.hpp"
#include "log_output.hpp"
#include "log_ring.hpp"
#include "log_sites.hpp"
#include "weir/loop.hpp"
#include "weir/manual_reset_event.hpp"

namespace weir::detail {

/// How long a line waits for who reads, where no loop writes the log; and the end of a program.
inline constexpr duration log_flush_limit = std::chrono::seconds(1);
/// The most that one write takes.
inline constexpr std::size_t log_chunk_bytes = std::size_t{64} << 10;

/// What became of a chunk.
enum class log_progress : unsigned char {
  done,     ///< Nothing is left.
  written,  ///< There is more.
  full,     ///< There is no room.
  lost      ///< It cannot be written, and is dropped.
};

/// The buffer of a log and its way out. All threads use it.
///
/// Two locks: one for the buffer, held for a copy only, and one for who writes, which is taken
/// first.
class log_core {
 public:
  explicit log_core(int descriptor, std::size_t buffer_bytes = log_buffer_bytes);
  log_core(const log_core&) = delete;
  log_core& operator=(const log_core&) = delete;

  /// That of the program; never destroyed, since lines come until its very end.
  static log_core& instance();

  /// How lines look. The one before stays as it was: another thread may be in it.
  void set_look(log_format format);
  void set_names(std::string_view service, std::string_view version);

  /// Makes a line of it, with the time and the message that is handled, unless its place has
  /// written enough.
  void write(log_line line);

  /// Writes what there is, once, unless somebody else does for longer than `turn_limit`. Waits for
  /// nobody who reads; only a file may take its time, and then is_slow().
  log_progress write_chunk(duration turn_limit = duration::zero());
  bool is_slow() const noexcept { return is_slow_.load(std::memory_order_relaxed); }
  /// What to wait for room on, for as long as it is held. Null while somebody writes.
  std::shared_ptr<const file_descriptor> when_full();
  /// Writes all that there is, for so long; false where something is left. Where nobody read the
  /// last time, it does not wait again.
  bool flush(duration limit);
  /// The same where locks may be held by who has just died.
  void flush_in_crash();

  std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }
  /// Whether places have suppressed lines that nobody was told of.
  bool has_suppressed();
  /// Tells of them, where their second is over, or in the end.
  void tell_suppressed(bool is_end);

  class writer;

 private:
  void take(std::string_view line);
  void tell_dropped();
  void append_notice(std::string_view text, std::string_view name, std::uint64_t count,
                     log_site site);
  void wake_writer();
  void lose(std::string_view chunk);

  std::timed_mutex output_lock_;
  log_output output_;  // Of output_lock_.
  std::string chunk_;  // Of output_lock_: what is being written.

  std::mutex buffer_lock_;
  log_ring ring_;  // Of buffer_lock_, as the next four.
  log_sites sites_;
  std::uint64_t untold_drops_ = 0;
  std::vector<writer*> writers_;
  std::vector<std::unique_ptr<const log_look>> looks_;  // Of all times: few.

  std::atomic<const log_look*> look_{nullptr};
  std::atomic<bool> is_slow_{false};
  std::atomic<bool> nobody_reads_{false};
  std::atomic<std::uint64_t> dropped_{0};
};

/// A loop that writes a log, for as long as it lives. The oldest one does.
class log_core::writer {
 public:
  explicit writer(log_core& core);
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;
  /// Writes what there is, unless another loop does now.
  ~writer();

  /// Set when there is something to do.
  manual_reset_event& wanted() noexcept { return wanted_; }
  /// What comes from here on sets it anew.
  void take_up();
  /// False where it is another one that writes.
  bool is_first() const;

 private:
  friend log_core;

  log_core& core_;
  loop& home_ = loop::current();
  manual_reset_event wanted_;
  bool is_told_ = false;
};

/// write_log() of a log that is not the program's.
task<> write_log_of(log_core& core);

}  // namespace weir::detail
