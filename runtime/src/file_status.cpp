// SPDX-License-Identifier: Apache-2.0
#include "weir/file_status.hpp"

#include <cerrno>

#include "file_errors.hpp"
#include "kernel_status.hpp"
#include "weir/detail/uninterrupted_call.hpp"

namespace weir {
namespace {

constexpr mode_t permission_bits = 07777;

file_type type_of(mode_t mode) noexcept {
  if (S_ISREG(mode)) return file_type::regular;
  if (S_ISDIR(mode)) return file_type::directory;
  if (S_ISLNK(mode)) return file_type::symbolic_link;
  return file_type::other;
}

}  // namespace

struct stat detail::kernel_status(int descriptor, const std::string& path) {
  struct stat status{};
  if (::fstat(descriptor, &status) == 0) return status;
  throw file_error(errno, act_on("ask for the status of", path));
}

file_status detail::as_file_status(const struct stat& status) noexcept {
  const auto modified = std::chrono::seconds(status.st_mtim.tv_sec) +
                        std::chrono::nanoseconds(status.st_mtim.tv_nsec);
  return {.type = type_of(status.st_mode),
          .size = S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0,
          .permissions = status.st_mode & permission_bits,
          .modified = std::chrono::system_clock::time_point(modified)};
}

task<file_status> status(std::string path) {
  detail::uninterrupted_call asking([&path] {
    detail::check_path(path);
    struct stat found{};
    if (::stat(path.c_str(), &found) == 0) return detail::as_file_status(found);
    throw detail::file_error(errno, detail::act_on("ask for the status of", path));
  });
  co_return co_await asking;
}

}  // namespace weir
