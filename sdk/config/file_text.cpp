// SPDX-License-Identifier: Apache-2.0
#include "file_text.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "weir/error.hpp"

namespace weir::detail {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& problem) {
  throw error(errc::invalid_argument, disposition::permanent,
              "cannot read " + file.string() + ": " + problem);
}

}  // namespace

std::string read_file_text(const std::filesystem::path& file, std::size_t bytes_max) {
  std::error_code failure;
  // Opening a pipe would wait for who writes into it.
  const auto status = std::filesystem::status(file, failure);
  if (!std::filesystem::exists(status)) {
    refuse(file, failure ? failure.message() : "No such file or directory");
  }
  if (!std::filesystem::is_regular_file(status)) refuse(file, "it is no regular file");
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) refuse(file, std::strerror(errno));
  std::string text(bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) refuse(file, "reading failed");
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > bytes_max) {
    refuse(file, "it has more than " + std::to_string(bytes_max) + " bytes");
  }
  return text;
}

}  // namespace weir::detail
