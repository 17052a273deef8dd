// SPDX-License-Identifier: Apache-2.0
#include "try_letter.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "streams.hpp"
#include "weir/error.hpp"

namespace weir::dlq {

task<std::string> letter_name(nats::jetstream on, letter_id id) {
  const auto from = co_await choose_stream(on, std::move(id.stream));
  co_return from.name + ':' + std::to_string(id.sequence);
}

std::vector<std::string> try_command(const try_options& wanted) {
  std::vector<std::string> command{wanted.program};
  command.insert(command.end(), wanted.arguments.begin(), wanted.arguments.end());
  command.emplace_back("--try");
  command.push_back(wanted.name);
  if (wanted.json) command.emplace_back("--json");
  return command;
}

void become(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const auto& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments.front(), arguments.data());
  throw error::from_errno(errno, "run the service '" + command.front() + "', named by --service");
}

}  // namespace weir::dlq
