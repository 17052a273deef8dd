// SPDX-License-Identifier: Apache-2.0
#include "sandbox.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "server_error.hpp"
#include "unique_fd.hpp"

namespace weir::servers {
namespace {

constexpr int shown_log_lines = 15;

/// A guard locks the directory that it keeps while its server may run.
void check_unused(const std::filesystem::path& directory) {
  const unique_fd opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened && ::flock(opened.get(), LOCK_EX | LOCK_NB) == 0) return;
  throw server_error("cannot keep a server's data in \"" + directory.string() + "\": " +
                     (errno == EWOULDBLOCK ? "another program's server runs there, or still ends"
                                           : std::strerror(errno)));
}

std::filesystem::path make_kept(const std::filesystem::path& directory) {
  namespace fs = std::filesystem;
  try {
    fs::create_directories(directory);
    fs::permissions(directory, fs::perms::owner_all);  // Its password lies there.
    check_unused(directory);
    return fs::canonical(directory);
  } catch (const fs::filesystem_error& failure) {
    throw server_error("cannot keep a server's data in \"" + directory.string() +
                       "\": " + failure.code().message());
  }
}

}  // namespace

sandbox::sandbox(std::string_view name, const std::filesystem::path& kept) {
  if (!kept.empty()) {
    is_kept_ = true;
    path_ = make_kept(kept);
    return;
  }
  std::error_code error;
  const std::filesystem::path base = std::filesystem::temp_directory_path(error);
  std::string pattern = (base / ("weir-" + std::string(name) + "-XXXXXX")).string();
  if (error || mkdtemp(pattern.data()) == nullptr) {
    throw server_error("cannot create a temporary directory \"" + pattern +
                       "\": " + (error ? error.message() : std::strerror(errno)) +
                       "; TMPDIR names where to create it");
  }
  path_ = pattern;
}

sandbox::~sandbox() {
  if (is_kept_) return;
  std::error_code error;
  std::filesystem::remove_all(path_, error);
  if (error) {
    std::fprintf(stderr, "cannot remove \"%s\": %s\n", path_.c_str(), error.message().c_str());
  }
}

std::filesystem::path sandbox::write(std::string_view name, std::string_view content) const {
  std::filesystem::path file = path_ / name;
  std::ofstream out(file, std::ios::trunc);
  out << content << std::flush;
  if (!out) throw server_error("cannot write \"" + file.string() + "\"");
  return file;
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string last_lines(const std::filesystem::path& log_file) {
  const std::string text = read_text(log_file);
  std::size_t start = text.size();
  for (int lines = 0; lines <= shown_log_lines && start != std::string::npos && start > 0;
       ++lines) {
    start = text.rfind('\n', start - 1);
  }
  return text.substr(start == std::string::npos || start == 0 ? 0 : start + 1);
}

}  // namespace weir::servers
