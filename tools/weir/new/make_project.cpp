// SPDX-License-Identifier: Apache-2.0
#include "make_project.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "template_file.hpp"
#include "weir/error.hpp"

namespace weir::scaffold {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_write(const fs::path& what, const std::string& why) {
  throw error(errc::unavailable, disposition::permanent,
              "cannot write " + what.string() + ": " + why);
}

bool is_free(const fs::path& directory) {
  return !fs::exists(directory) || (fs::is_directory(directory) && fs::is_empty(directory));
}

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) refuse_write(path, "is the disk full, or the folder not yours?");
}

/// A folder beside the one that is wanted, removed unless it has taken its place.
class draft {
 public:
  explicit draft(const fs::path& wanted)
      : wanted_(wanted), own_(wanted.string() + ".new-" + std::to_string(::getpid())) {}
  ~draft() {
    std::error_code ignored;
    fs::remove_all(own_, ignored);
  }
  draft(const draft&) = delete;
  draft& operator=(const draft&) = delete;

  const fs::path& path() const noexcept { return own_; }
  void take_place() const {
    if (fs::exists(wanted_)) fs::remove(wanted_);  // Empty, or this throws.
    fs::rename(own_, wanted_);
  }

 private:
  const fs::path wanted_, own_;
};

}  // namespace

std::string filled_in(std::string_view text, const project_name& names) {
  const std::array<std::pair<std::string_view, const std::string*>, 2> values{
      {{"@name@", &names.name}, {"@stream@", &names.stream}}};
  std::string made;
  made.reserve(text.size());
  while (!text.empty()) {
    const auto found = std::ranges::find_if(
        values, [text](const auto& value) { return text.starts_with(value.first); });
    if (found != values.end()) {
      made += *found->second;
      text.remove_prefix(found->first.size());
    } else {
      made += text.front();
      text.remove_prefix(1);
    }
  }
  return made;
}

std::vector<std::string> make_project(const project_name& names, const fs::path& directory) {
  const fs::path wanted = fs::absolute(directory).lexically_normal();
  if (!is_free(wanted)) {
    throw error(errc::conflict, disposition::permanent,
                wanted.string() + " is there and not empty; name another folder by --into");
  }
  std::vector<std::string> written;
  try {
    const draft made(wanted);
    for (const template_file& file : template_files()) {
      written.push_back(filled_in(file.path, names));
      write_file(made.path() / written.back(), filled_in(file.text, names));
    }
    made.take_place();
  } catch (const fs::filesystem_error& failure) {
    refuse_write(wanted, failure.code().message());
  }
  std::ranges::sort(written);
  return written;
}

}  // namespace weir::scaffold
