// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "weir/uuid.hpp"

namespace weir::test {

/// A directory of .sql files that is removed at the end.
class migration_directory {
 public:
  migration_directory()
      : path_(std::filesystem::temp_directory_path() / ("weir-" + uuid::random().to_string())) {
    std::filesystem::create_directory(path_);
  }
  migration_directory(const migration_directory&) = delete;
  ~migration_directory() { std::filesystem::remove_all(path_); }

  void write(const std::string& name, const std::string& sql) const {
    std::ofstream(path_ / name) << sql;
  }
  void remove(const std::string& name) const { std::filesystem::remove(path_ / name); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace weir::test
