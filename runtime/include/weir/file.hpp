// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "weir/detail/with_result.hpp"
#include "weir/file_descriptor.hpp"
#include "weir/file_status.hpp"
#include "weir/loop.hpp"
#include "weir/open_options.hpp"

namespace weir {

/// An open file: a regular one, or a device.
///
/// Reads and writes are io_uring's own, and on epoll calls on helper threads; opening, closing and
/// asking are calls on helper threads on both (see blocking()). What has begun is awaited to its
/// end, cancelled or not, and then says how it ended; what has not begun is taken back. Any number
/// of operations at positions may be in flight, and one read or one write at the file's own
/// position. The file must be neither moved, closed nor destroyed meanwhile. Every error names the
/// path. One loop.
///
///     auto data = co_await weir::file::open("data", weir::open_options::to_write().create());
///     co_await data.write_all("all of it");
///     co_await data.sync();
///     co_await data.close();
class file {
 public:
  class operation;

  /// Opens what is at `path`, or makes it. Throws where that fails, and for what is no file: a
  /// directory, a pipe, a socket.
  static task<file> open(std::string path, open_options options = open_options::to_read());

  /// Suspends until something has been read from the file's own position, which moves on by the
  /// count that this gives: at most the size of `into`, which is not empty; 0 at the end of the
  /// file. Cancelled, it throws and has read nothing.
  operation read_some(std::span<std::byte> into) noexcept;
  /// The same at `position`; the file's own does not move.
  operation read_at(std::uint64_t position, std::span<std::byte> into) noexcept;

  /// Writes all of `data`, which stays valid until then, at the file's own position, which moves
  /// on. A write that fails or is cancelled may have written a part of it.
  task<> write_all(std::span<const std::byte> data);
  task<> write_all(std::string_view text);
  /// The same at `position`, unless the file was opened to append.
  task<> write_at(std::uint64_t position, std::span<const std::byte> data);
  task<> write_at(std::uint64_t position, std::string_view text);

  /// Suspends until all that was written will outlast a crash of the machine. When it throws, a
  /// part may be lost for good, and a second sync() may succeed all the same: write it anew.
  task<> sync();
  /// The same, without what is not needed to read it again (its times): often one write less.
  task<> sync_data();

  task<file_status> status() const;
  /// Cuts the file off at `size` bytes, or fills it up with zeros.
  task<> resize(std::uint64_t size);
  /// The lower twelve bits, such as 0640; the umask has no part in it.
  task<> set_permissions(mode_t bits);

  /// Closes it, and says what the system says only now: some file systems (NFS, quotas) report here
  /// that what was written could not be kept. The file is closed whatever is thrown. A file that is
  /// destroyed instead is closed too, and nobody hears of it.
  task<> close();

  bool is_open() const noexcept { return static_cast<bool>(descriptor_); }
  int descriptor() const noexcept { return descriptor_.get(); }
  /// The path by which it was opened.
  const std::string& name() const noexcept { return path_; }

 private:
  file(file_descriptor descriptor, std::string path, std::int64_t position) noexcept
      : descriptor_(std::move(descriptor)), path_(std::move(path)), position_(position) {}
  task<> write(std::int64_t& position, std::span<const std::byte> data);

  file_descriptor descriptor_;
  std::string path_;
  std::int64_t position_;  // Ours, not the kernel's; current_position where there is none.
};

/// The wait of file::read_some() and file::read_at(): gives how many bytes were read.
class [[nodiscard]] file::operation final : public io_operation {
 public:
  /// `moves` is the position that moves on with what is read or written, or null.
  operation(const file& target, const io_request& request, std::int64_t* moves = nullptr) noexcept
      : io_operation(request), target_(&target), moves_(moves) {}

  auto as_result() && { return detail::with_result<operation>(std::move(*this)); }

  std::size_t await_resume() const { return finish().value(); }

  /// The outcome of the completed wait.
  result<std::size_t> finish() const {
    const int count = io_operation::await_resume();
    if (count < 0) return failure(-count);
    if (moves_ != nullptr && *moves_ != current_position) *moves_ += count;
    return static_cast<std::size_t>(count);
  }

 private:
  error failure(int errno_value) const;

  const file* target_;
  std::int64_t* moves_;
};

}  // namespace weir
