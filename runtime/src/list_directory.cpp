// SPDX-License-Identifier: Apache-2.0
#include "weir/list_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <vector>

#include "file_errors.hpp"
#include "kernel_status.hpp"
#include "weir/detail/uninterrupted_call.hpp"

namespace weir {
namespace {

struct closer {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};
using open_directory = std::unique_ptr<DIR, closer>;

open_directory open_at(const std::string& path) {
  detail::check_path(path);
  open_directory opened(::opendir(path.c_str()));
  if (!opened) throw detail::file_error(errno, detail::act_on("list the directory", path));
  return opened;
}

file_type type_of(DIR* directory, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG:
      return file_type::regular;
    case DT_DIR:
      return file_type::directory;
    case DT_LNK:
      return file_type::symbolic_link;
    case DT_UNKNOWN:
      break;
    default:
      return file_type::other;
  }
  // Some file systems keep no types in their directories. What is gone by now has none.
  struct stat found{};
  const int status = ::fstatat(::dirfd(directory), entry.d_name, &found, AT_SYMLINK_NOFOLLOW);
  return status == 0 ? detail::as_file_status(found).type : file_type::other;
}

/// The next entries; none at the end.
std::vector<directory_entry> read_some(DIR* directory, const std::string& path) {
  std::vector<directory_entry> entries;
  while (entries.size() < directory_entries_at_once) {
    errno = 0;
    const dirent* const entry = ::readdir(directory);
    if (entry == nullptr && errno != 0) {
      throw detail::file_error(errno, detail::act_on("list the directory", path));
    }
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") {
      entries.push_back({.name = std::string(name), .type = type_of(directory, *entry)});
    }
  }
  return entries;
}

}  // namespace

stream<directory_entry> list_directory(std::string path) {
  detail::uninterrupted_call opening([&path] { return open_at(path); });
  const open_directory directory = co_await opening;
  for (;;) {
    detail::uninterrupted_call reading([&] { return read_some(directory.get(), path); });
    std::vector<directory_entry> entries = co_await reading;
    if (entries.empty()) co_return;
    for (directory_entry& entry : entries) co_yield std::move(entry);
  }
}

}  // namespace weir
