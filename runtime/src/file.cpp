// SPDX-License-Identifier: Apache-2.0
#include "weir/file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "file_errors.hpp"
#include "kernel_status.hpp"
#include "weir/detail/uninterrupted_call.hpp"

namespace weir {
namespace {

using detail::act_on;
using detail::file_error;

struct opened_file {
  file_descriptor descriptor;
  std::int64_t position;
};

/// Opens without waiting for a peer, as a pipe would; then makes sure that it is none.
opened_file open_file(const std::string& path, open_options options) {
  detail::check_path(path);
  const int flags = options.flags() | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  file_descriptor made(::open(path.c_str(), flags, options.permissions()));
  if (!made) throw file_error(errno, act_on("open", path));
  const mode_t type = detail::kernel_status(made.get(), path).st_mode & S_IFMT;
  if (type == S_IFDIR) throw file_error(EISDIR, act_on("open", path));
  if (type == S_IFIFO) {
    throw error(errc::unsupported, disposition::permanent,
                act_on("open", path) + ": it is a pipe, and a file must have a position");
  }
  // A device may be a terminal, which is waited for; what has blocks on a disk is not.
  if (type == S_IFCHR) return {std::move(made), current_position};
  const int status = ::fcntl(made.get(), F_GETFL);
  if (status < 0 || ::fcntl(made.get(), F_SETFL, status & ~O_NONBLOCK) < 0) {
    throw file_error(errno, act_on("open", path));
  }
  const bool appends = (options.flags() & O_APPEND) != 0;
  return {std::move(made), appends ? current_position : 0};
}

std::int64_t as_position(std::uint64_t position) noexcept {
  // Beyond what the kernel can count it has an error to say; it must not be taken for "current".
  constexpr std::uint64_t last = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(position, last));
}

std::string_view verb_of(io_kind kind) noexcept {
  switch (kind) {
    case io_kind::read_at:
      return "read";
    case io_kind::write_at:
      return "write to";
    default:
      return "sync";
  }
}

}  // namespace

error file::operation::failure(int errno_value) const {
  return file_error(errno_value, act_on(verb_of(request().kind), target_->name()));
}

task<file> file::open(std::string path, open_options options) {
  detail::uninterrupted_call opening([&path, options] { return open_file(path, options); });
  opened_file opened = co_await opening;
  co_return file(std::move(opened.descriptor), std::move(path), opened.position);
}

file::operation file::read_some(std::span<std::byte> into) noexcept {
  WEIR_ASSERT(!into.empty());
  return {*this,
          {.kind = io_kind::read_at,
           .descriptor = descriptor(),
           .data = into.data(),
           .size = into.size(),
           .position = position_},
          &position_};
}

file::operation file::read_at(std::uint64_t position, std::span<std::byte> into) noexcept {
  WEIR_ASSERT(!into.empty());
  return {*this,
          {.kind = io_kind::read_at,
           .descriptor = descriptor(),
           .data = into.data(),
           .size = into.size(),
           .position = as_position(position)}};
}

/// `position` moves on with what is written, and must outlive the task.
task<> file::write(std::int64_t& position, std::span<const std::byte> data) {
  while (!data.empty()) {
    // The kernel only reads what is written; requests have one kind of pointer.
    operation writing(*this,
                      {.kind = io_kind::write_at,
                       .descriptor = descriptor(),
                       .data = const_cast<std::byte*>(data.data()),
                       .size = data.size(),
                       .position = position},
                      &position);
    const std::size_t count = co_await writing;
    if (count == 0) throw file_error(EIO, act_on("write to", path_));
    data = data.subspan(count);
  }
}

task<> file::write_all(std::span<const std::byte> data) { return write(position_, data); }

task<> file::write_all(std::string_view text) { return write_all(std::as_bytes(std::span(text))); }

task<> file::write_at(std::uint64_t position, std::span<const std::byte> data) {
  std::int64_t moving = as_position(position);
  co_await write(moving, data);
}

task<> file::write_at(std::uint64_t position, std::string_view text) {
  return write_at(position, std::as_bytes(std::span(text)));
}

task<> file::sync() {
  operation syncing(*this, {.kind = io_kind::sync, .descriptor = descriptor()});
  co_await syncing;
}

task<> file::sync_data() {
  operation syncing(*this, {.kind = io_kind::sync_data, .descriptor = descriptor()});
  co_await syncing;
}

task<file_status> file::status() const {
  detail::uninterrupted_call asking(
      [this] { return detail::as_file_status(detail::kernel_status(descriptor(), path_)); });
  co_return co_await asking;
}

task<> file::resize(std::uint64_t size) {
  detail::uninterrupted_call resizing([this, size] {
    if (::ftruncate(descriptor(), as_position(size)) == 0) return;
    throw file_error(errno, act_on("resize", path_) + " to " + std::to_string(size) + " bytes");
  });
  co_await resizing;
}

task<> file::set_permissions(mode_t bits) {
  detail::uninterrupted_call changing([this, bits] {
    if (::fchmod(descriptor(), bits) == 0) return;
    throw file_error(errno, act_on("change the permissions of", path_));
  });
  co_await changing;
}

task<> file::close() {
  // Where the call is not made, the end of this frame closes the descriptor.
  file_descriptor taken = std::move(descriptor_);
  detail::uninterrupted_call closing([this, &taken] {
    if (taken && ::close(taken.release()) < 0) throw file_error(errno, act_on("close", path_));
  });
  co_await closing;
}

}  // namespace weir
