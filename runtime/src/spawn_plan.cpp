// SPDX-License-Identifier: Apache-2.0
#include "spawn_plan.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <vector>

#include "weir/error.hpp"

namespace weir::detail {
namespace {

/// This process's environment with what the options set, as "NAME=value".
std::vector<std::string> environment_for(const process_options& options) {
  std::map<std::string, std::string> values;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string entry = *at;
    const auto split = entry.find('=');
    if (split != std::string::npos) values[entry.substr(0, split)] = entry.substr(split + 1);
  }
  for (const auto& [name, value] : options.environment) values[name] = value;
  std::vector<std::string> entries;
  for (const auto& [name, value] : values) entries.push_back(name + "=" + value);
  return entries;
}

/// Pointers to the texts and a null, as exec wants them.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

spawn_plan::spawn_plan() {
  posix_spawnattr_init(&attributes_);
  posix_spawn_file_actions_init(&files_);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes_, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes_, &signals);
  posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
}

spawn_plan::~spawn_plan() {
  posix_spawn_file_actions_destroy(&files_);
  posix_spawnattr_destroy(&attributes_);
}

void spawn_plan::redirect(int descriptor, int to) {
  posix_spawn_file_actions_adddup2(&files_, descriptor, to);
}

void spawn_plan::change_directory(const std::string& path) {
  posix_spawn_file_actions_addchdir_np(&files_, path.c_str());
}

pid_t spawn_plan::spawn(const process_options& options) {
  // Files that were opened without CLOEXEC, by some library perhaps, do not leak into the child.
  posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
  std::vector<std::string> arguments(1, options.program);
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  auto environment = environment_for(options);
  pid_t id = -1;
  const int status = posix_spawnp(&id, options.program.c_str(), &files_, &attributes_,
                                  pointers_to(arguments).data(), pointers_to(environment).data());
  if (status == 0) return id;
  std::string text = "start the program '" + options.program + "'";
  // The system does not say which of the two it could not find.
  if (!options.working_directory.empty()) text += " in '" + options.working_directory + "'";
  throw error::from_errno(status, text);
}

}  // namespace weir::detail
