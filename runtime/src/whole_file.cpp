// SPDX-License-Identifier: Apache-2.0
#include "weir/whole_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <optional>

#include "file_errors.hpp"
#include "weir/detail/uninterrupted_call.hpp"
#include "weir/file.hpp"
#include "weir/filesystem.hpp"
#include "weir/timeout.hpp"

namespace weir {
namespace {

constexpr std::size_t read_bytes_min = 4096;
constexpr std::size_t read_bytes_max = std::size_t{1} << 20;

std::string directory_of(const std::string& path) {
  const std::size_t end = path.rfind('/');
  if (end == std::string::npos) return ".";
  return end == 0 ? "/" : path.substr(0, end);
}

/// A name that nobody else uses, however long that of the file itself is.
std::string temporary_beside(const std::string& path) {
  std::array<char, 16> digits{};
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), loop::current().random(), 16);
  return directory_of(path) + "/.weir-" + std::string(digits.data(), end.ptr) + ".tmp";
}

/// The permissions of the file that is to be replaced, if there is one.
task<std::optional<mode_t>> permissions_of(std::string path) {
  const auto found = co_await status(path).as_result();
  if (found.has_value()) co_return found->permissions;
  if (found.error().code() != std::errc::no_such_file_or_directory) throw found.error();
  co_return std::nullopt;
}

task<> write_synced(std::string path, std::span<const std::byte> contents,
                    std::optional<mode_t> permissions) {
  open_options options = open_options::to_write().create_new();
  // Nobody else reads of what was kept from them while it is written.
  if (permissions) options = options.permissions(0600);
  file made = co_await file::open(path, options);
  if (permissions) co_await made.set_permissions(*permissions);
  co_await made.write_all(contents);
  co_await made.sync();
  co_await made.close();
}

void sync_directory(const std::string& path) {
  const file_descriptor opened(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A file system that knows no sync of directories says EINVAL.
  if (opened && (::fsync(opened.get()) == 0 || errno == EINVAL)) return;
  throw detail::file_error(errno, detail::act_on("sync the directory", path));
}

task<> put_in_place(std::string from, std::string to) {
  detail::uninterrupted_call renaming([&from, &to] {
    if (::rename(from.c_str(), to.c_str()) < 0) {
      throw detail::file_error(errno, detail::act_on("replace", to));
    }
    sync_directory(directory_of(to));
  });
  co_await renaming;
}

task<> write_and_put_in_place(std::string path, std::string temporary,
                              std::span<const std::byte> contents) {
  const std::optional<mode_t> permissions = co_await permissions_of(path);
  co_await write_synced(temporary, contents, permissions);
  co_await put_in_place(std::move(temporary), std::move(path));
}

}  // namespace

task<std::string> read_file(std::string path, std::size_t limit) {
  file source = co_await file::open(std::move(path));
  std::string text;
  for (;;) {
    const std::size_t had = text.size();
    // One byte more than allowed is asked for, to tell whether there is more.
    const std::size_t room = std::clamp(had, read_bytes_min, read_bytes_max);
    text.resize(had + std::min(room - 1, limit - had) + 1);
    const auto free = std::as_writable_bytes(std::span(text).subspan(had));
    const std::size_t count = co_await source.read_some(free);
    text.resize(had + count);
    if (count == 0) co_return text;
    if (text.size() <= limit) continue;
    throw error(errc::limit_exceeded, disposition::permanent,
                detail::act_on("read", source.name()) + ": it has more than " +
                    std::to_string(limit) + " bytes; is it the right file?");
  }
}

task<> write_file_atomically(std::string path, std::span<const std::byte> contents) {
  detail::check_path(path);
  const std::string temporary = temporary_beside(path);
  const auto done = co_await write_and_put_in_place(path, temporary, contents).as_result();
  if (done.has_value()) co_return;
  const auto removed = co_await shield(remove_file(temporary)).as_result();
  // Where no thread is to be had for it, it is removed here: it must not be left behind.
  if (!removed.has_value()) ::unlink(temporary.c_str());
  throw done.error();
}

task<> write_file_atomically(std::string path, std::string_view text) {
  return write_file_atomically(std::move(path), std::as_bytes(std::span(text)));
}

}  // namespace weir
