// SPDX-License-Identifier: Apache-2.0
#include "weir/filesystem.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

#include "file_errors.hpp"
#include "weir/detail/uninterrupted_call.hpp"

namespace weir {

using detail::act_on;
using detail::check_path;
using detail::file_error;

task<> rename_file(std::string from, std::string to) {
  detail::uninterrupted_call renaming([&from, &to] {
    check_path(from);
    check_path(to);
    if (::rename(from.c_str(), to.c_str()) == 0) return;
    throw file_error(errno, act_on("rename", from) + " to '" + to + "'");
  });
  co_await renaming;
}

task<> remove_file(std::string path) {
  detail::uninterrupted_call removing([&path] {
    check_path(path);
    if (::remove(path.c_str()) < 0) throw file_error(errno, act_on("remove", path));
  });
  co_await removing;
}

task<> make_directory(std::string path, mode_t permissions) {
  detail::uninterrupted_call making([&path, permissions] {
    check_path(path);
    if (::mkdir(path.c_str(), permissions) == 0) return;
    throw file_error(errno, act_on("make the directory", path));
  });
  co_await making;
}

}  // namespace weir
