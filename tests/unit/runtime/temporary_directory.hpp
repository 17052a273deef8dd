// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace weir::test {

/// A directory of a test's own, removed with all that is in it.
class temporary_directory {
 public:
  temporary_directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-test-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const noexcept { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  /// Makes a file in it and gives its path.
  std::string make_file(const std::string& name, const std::string& contents = "") const {
    std::ofstream made(*this / name, std::ios::binary);
    made << contents;
    REQUIRE(made.flush());
    return *this / name;
  }

 private:
  std::string path_;
};

/// Takes from this process all right to the file at `path`, and from root its power, while it
/// lives.
class as_nobody {
 public:
  explicit as_nobody(const std::string& path) : before_(geteuid()) {
    REQUIRE(chmod(path.c_str(), 0) == 0);
    if (before_ == 0) REQUIRE(seteuid(nobody) == 0);
  }
  as_nobody(const as_nobody&) = delete;
  as_nobody& operator=(const as_nobody&) = delete;
  ~as_nobody() {
    if (before_ == 0 && seteuid(before_) != 0) std::abort();
  }

 private:
  static constexpr uid_t nobody = 65534;
  uid_t before_;
};

/// What a file contains, read without weir.
inline std::string contents_of(const std::string& path) {
  std::ostringstream contents;
  contents << std::ifstream(path, std::ios::binary).rdbuf();
  return contents.str();
}

}  // namespace weir::test
