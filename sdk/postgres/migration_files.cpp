// SPDX-License-Identifier: Apache-2.0
#include "migration_files.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "weir/error.hpp"
#include "weir/postgres/migrations.hpp"

namespace weir::postgres::detail {
namespace {

[[noreturn]] void refuse(std::string text) {
  throw weir::error(errc::invalid_argument, disposition::permanent, std::move(text));
}

std::int64_t version_of(const std::string& name) {
  std::int64_t version = 0;
  const char* end = name.data() + name.size();
  const auto read = std::from_chars(name.data(), end, version);
  if (read.ec == std::errc() && version > 0 && read.ptr != end && *read.ptr == '_') return version;
  refuse("the migration \"" + name +
         "\" has no version: name it like 0001_what_it_does.sql, with a number from 1 and \"_\"");
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream opened(file, std::ios::binary);
  std::ostringstream text;
  text << opened.rdbuf();
  if (!opened) refuse("the migration " + file.string() + " cannot be read, or is empty");
  return std::move(text).str();
}

}  // namespace

std::vector<migration_file> read_migrations(const std::filesystem::path& directory) {
  std::error_code failed;
  std::filesystem::directory_iterator entries(directory, failed);
  if (failed) {
    refuse("the directory of migrations \"" + directory.string() +
           "\" cannot be read: " + failed.message());
  }
  std::vector<migration_file> files;
  for (const auto& entry : entries) {
    if (entry.path().extension() != ".sql") continue;
    migration_file file{0, entry.path().filename().string(), {}};
    file.version = version_of(file.name);
    if (entry.file_size() > migration_bytes_max) {
      refuse("the migration " + file.name + " is larger than 16 MiB: load data by other means");
    }
    file.sql = text_of(entry.path());
    if (file.sql.find('\0') != file.sql.npos) {
      refuse("the migration " + file.name + " holds a zero byte: is it UTF-8 text?");
    }
    files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(),
            [](const auto& left, const auto& right) { return left.version < right.version; });
  const auto twice = std::adjacent_find(
      files.begin(), files.end(),
      [](const auto& left, const auto& right) { return left.version == right.version; });
  if (twice != files.end()) {
    refuse("the migrations " + twice->name + " and " + (twice + 1)->name +
           " have the same version: give one the next number");
  }
  return files;
}

}  // namespace weir::postgres::detail
