// SPDX-License-Identifier: Apache-2.0
#include "migration_files.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>

#include "weir/error.hpp"
#include "weir/postgres/migrations.hpp"

namespace weir::postgres::detail {
namespace {

/// How much of a file is read at a time.
constexpr std::size_t read_size = std::size_t{64} << 10;

/// How a first line begins that speaks to weir, and the only one there is.
constexpr std::string_view address = "-- weir";
constexpr std::string_view no_transaction = "-- weir: no transaction";

[[noreturn]] void refuse(std::string text) {
  throw weir::error(errc::invalid_argument, disposition::permanent, std::move(text));
}

std::vector<std::filesystem::path> sql_files(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> found;
  std::error_code failed;
  std::filesystem::directory_iterator entries(directory, failed);
  for (; !failed && entries != std::filesystem::directory_iterator(); entries.increment(failed)) {
    if (entries->path().extension() == ".sql") found.push_back(entries->path());
  }
  if (failed) {
    refuse("the directory of migrations \"" + directory.string() +
           "\" cannot be read: " + failed.message());
  }
  return found;
}

std::int64_t version_of(const std::string& name) {
  std::int64_t version = 0;
  const char* end = name.data() + name.size();
  const auto read = std::from_chars(name.data(), end, version);
  if (read.ec == std::errc() && version > 0 && read.ptr != end && *read.ptr == '_') return version;
  refuse("the migration \"" + name +
         "\" has no version: name it like 0001_what_it_does.sql, with a number from 1 and \"_\"");
}

std::string text_of(const std::filesystem::path& file, const std::string& name) {
  std::ifstream opened(file, std::ios::binary);
  if (!opened) refuse("the migration " + name + " cannot be opened: may this user read it?");
  std::string text;
  std::string chunk(read_size, '\0');
  while (opened) {
    opened.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    text.append(chunk, 0, static_cast<std::size_t>(opened.gcount()));
    if (text.size() > migration_bytes_max) {
      refuse("the migration " + name + " is larger than 16 MiB: load data by other means");
    }
  }
  // Half a file may be valid SQL: only what was read to its end is one.
  if (opened.bad() || !opened.eof()) {
    refuse("the migration " + name +
           " cannot be read to its end: is it a directory, or the disk broken?");
  }
  if (text.empty()) refuse("the migration " + name + " is empty: write it, or take the file away");
  return text;
}

bool is_transactional(std::string_view sql, const std::string& name) {
  std::string_view line = sql.substr(0, sql.find('\n'));
  line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
  if (line == no_transaction) return false;
  if (line.starts_with(address)) {
    refuse("the migration " + name + " has a first line that is not understood: \"" +
           std::string(line) + "\"; for a file without a transaction it must be \"" +
           std::string(no_transaction) + "\"");
  }
  return true;
}

}  // namespace

std::vector<migration_file> read_migrations(const std::filesystem::path& directory) {
  std::vector<migration_file> files;
  for (const std::filesystem::path& path : sql_files(directory)) {
    migration_file file;
    file.name = path.filename().string();
    file.version = version_of(file.name);
    file.sql = text_of(path, file.name);
    if (file.sql.find('\0') != file.sql.npos) {
      refuse("the migration " + file.name + " holds a zero byte: is it UTF-8 text?");
    }
    file.is_transactional = is_transactional(file.sql, file.name);
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
