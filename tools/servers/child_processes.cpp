// SPDX-License-Identifier: Apache-2.0
#include "child_processes.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace weir::servers {
namespace {

struct process_status {
  char state = 0;  // 0: it is gone.
  pid_t parent = 0;
};

// /proc/<pid>/stat is "pid (name) state ppid ...", and the name may hold spaces and brackets.
process_status status_of(const std::filesystem::path& process) {
  std::ifstream file(process / "stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};  // it ended while we looked
  std::istringstream fields(line.substr(name_end + 1));
  process_status read;
  fields >> read.state >> read.parent;
  return read;
}

}  // namespace

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  std::error_code ignored;  // an entry that vanishes while it is read is no child any more
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc{} || parsed.ptr != name.data() + name.size()) continue;
    if (status_of(entry.path()).parent == parent) children.push_back(pid);
  }
  return children;
}

bool stands_still(pid_t process) {
  const auto threads = std::filesystem::path("/proc") / std::to_string(process) / "task";
  std::error_code ignored;  // a thread, or all of them, may end while they are read
  for (const auto& thread : std::filesystem::directory_iterator(threads, ignored)) {
    constexpr std::string_view stopped_or_gone("TtZX\0", 5);
    if (stopped_or_gone.find(status_of(thread.path()).state) == std::string_view::npos)
      return false;
  }
  return true;
}

}  // namespace weir::servers
