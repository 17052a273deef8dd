// SPDX-License-Identifier: Apache-2.0
#include "peer_program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>

#include "echo_load.hpp"
#include "weir/error.hpp"
#include "weir/file_descriptor.hpp"

namespace weir::bench {
namespace {

struct pipe_ends {
  file_descriptor read;
  file_descriptor write;
};

pipe_ends make_pipe() {
  std::array<int, 2> made{};
  if (::pipe2(made.data(), O_CLOEXEC) < 0) throw error::from_errno(errno, "a pipe to a peer");
  return {file_descriptor(made[0]), file_descriptor(made[1])};
}

/// A child with pipes for its standard input and output.
class peer_program {
 public:
  explicit peer_program(std::vector<std::string> command) : name_(command.at(0)) {
    pipe_ends to = make_pipe();
    pipe_ends from = make_pipe();
    std::vector<char*> arguments;
    for (auto& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to.read.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from.write.get(), STDOUT_FILENO);
    const int status =
        posix_spawn(&id_, name_.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (status != 0) throw error::from_errno(status, "start " + name_);
    input_ = std::move(to.write);
    output_ = std::move(from.read);
  }
  ~peer_program() {
    input_.close();
    output_.close();
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  peer_program(const peer_program&) = delete;
  peer_program& operator=(const peer_program&) = delete;

  void end_input() { input_.close(); }

  double read_number() {
    std::string line;
    char character = 0;
    while (::read(output_.get(), &character, 1) == 1 && character != '\n') line += character;
    double number = 0;
    const auto read = std::from_chars(line.data(), line.data() + line.size(), number);
    if (read.ec != std::errc() || read.ptr != line.data() + line.size()) {
      throw error(errc::protocol, disposition::permanent,
                  name_ + " printed '" + line + "' in place of a number");
    }
    return number;
  }

 private:
  std::string name_;
  pid_t id_ = -1;
  file_descriptor input_;
  file_descriptor output_;
};

}  // namespace

double run_peer(const std::vector<std::string>& command) {
  return peer_program(command).read_number();
}

double run_echo_peer(const std::vector<std::string>& command) {
  peer_program peer(command);
  const auto port = static_cast<std::uint16_t>(peer.read_number());
  {
    const echo_load load(port);
  }
  peer.end_input();
  return peer.read_number();
}

}  // namespace weir::bench
