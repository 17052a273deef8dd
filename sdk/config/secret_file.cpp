// SPDX-License-Identifier: Apache-2.0
#include "weir/config/secret_file.hpp"

#include "file_text.hpp"
#include "weir/error.hpp"

namespace weir {

std::string read_secret_file(const std::filesystem::path& file) {
  std::string text = detail::read_file_text(file, secret_bytes_max);
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  const char* problem = nullptr;
  if (text.empty()) problem = "is empty; was the secret mounted?";
  if (text.find('\0') != text.npos) problem = "holds a NUL, and so is no text";
  if (problem == nullptr) return text;
  throw error(errc::invalid_argument, disposition::permanent, file.string() + ' ' + problem);
}

}  // namespace weir
