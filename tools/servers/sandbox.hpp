// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace weir::servers {

/// A directory of its own for one server: in TMPDIR, else /tmp; removed with all it holds at the
/// end of the sandbox's life. (Should this program be killed, the server's guard removes it.)
class sandbox {
 public:
  /// Creates `<TMPDIR>/weir-<name>-XXXXXX`; or, where `kept` names a directory, that one unless it
  /// is there, which then stays with all it holds. Throws server_error, also where another
  /// program's server runs in there.
  explicit sandbox(std::string_view name, const std::filesystem::path& kept = {});
  ~sandbox();
  sandbox(const sandbox&) = delete;
  sandbox& operator=(const sandbox&) = delete;

  const std::filesystem::path& path() const { return path_; }
  bool is_kept() const { return is_kept_; }

  /// Writes a whole file inside, readable by everyone. Returns its path. Throws server_error.
  std::filesystem::path write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
  bool is_kept_ = false;
};

/// The whole text of a file; empty when it cannot be read (yet).
std::string read_text(const std::filesystem::path& file);

/// The last lines of a server's log, for the text of an error.
std::string last_lines(const std::filesystem::path& log_file);

}  // namespace weir::servers
