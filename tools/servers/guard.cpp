// SPDX-License-Identifier: Apache-2.0
// weir-guard: the parent of a private server.
//
//   weir-guard DIRECTORY [keep]   (started by guarded_process, with a socket as descriptor 3)
//
// Runs one program at a time for the program that started it. When that one goes away, however it
// does, the guard stops the server, first kindly and then with SIGKILL, and removes DIRECTORY, or
// keeps it, and then it has it locked as long as a server may run in there. It
// lives in its own session, so that Ctrl-C reaches its starter and not the guard; and should the
// guard itself be killed, the kernel kills the server (PR_SET_PDEATHSIG). As a "subreaper" it
// inherits the processes that a killed server leaves behind, and waits for those too.
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "child_processes.hpp"
#include "guard_message.hpp"

namespace {

using namespace weir::servers;
using guard_clock = std::chrono::steady_clock;

constexpr std::chrono::seconds stop_limit{10};    // a server asked to stop is killed after this
constexpr std::chrono::seconds orphan_limit{10};  // and so is what a dead server left behind

struct run_request {
  int stop_signal = SIGTERM;
  uid_t user = 0;
  gid_t group = 0;
  std::string log_file;
  std::vector<std::string> command;
};

class guard {
 public:
  guard(std::string directory, bool keeps) : directory_(std::move(directory)), keeps_(keeps) {}

  int run();

 private:
  bool lock_directory() const;
  bool take_command();
  bool take_signals();
  void start_program(const run_request& request);
  void reap();
  void stop_everything();
  int milliseconds_to_wait() const;
  void kill_what_is_late();

  std::string directory_;
  bool keeps_;
  sigset_t handled_{};
  int signals_ = -1;
  pid_t program_ = 0;          // 0: none runs
  bool has_children_ = false;  // the program, or what it left behind
  int wait_status_ = 0;
  int stop_signal_ = SIGTERM;
  guard_clock::time_point kill_at_ = guard_clock::time_point::max();
  bool starter_gone_ = false;
};

[[noreturn]] void become_program(const run_request& request, pid_t guard_pid) {
  // The order matters: changing the user clears the death signal.
  if (geteuid() == 0 && request.user != 0 &&
      (setgroups(0, nullptr) != 0 || setgid(request.group) != 0 || setuid(request.user) != 0)) {
    std::perror("weir-guard: cannot change to the server's user");
    _exit(127);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != guard_pid) _exit(127);  // the guard died before the line above
  std::vector<char*> arguments;
  arguments.reserve(request.command.size() + 1);
  for (const std::string& argument : request.command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  std::fprintf(stderr, "weir-guard: cannot execute \"%s\": %s\n", arguments[0],
               std::strerror(errno));
  _exit(127);
}

int guard::run() {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigemptyset(&handled_);
  for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) sigaddset(&handled_, number);
  sigprocmask(SIG_SETMASK, &handled_, nullptr);
  signals_ = signalfd(-1, &handled_, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals_ < 0 || fcntl(guard_control_fd, F_SETFD, FD_CLOEXEC) != 0) {
    std::perror("weir-guard: cannot set up its descriptors");
    return EXIT_FAILURE;
  }
  if (keeps_ && !lock_directory()) return EXIT_FAILURE;
  while (!starter_gone_ || has_children_) {
    std::array<pollfd, 2> watched{pollfd{signals_, POLLIN, 0},
                                  pollfd{starter_gone_ ? -1 : guard_control_fd, POLLIN, 0}};
    poll(watched.data(), watched.size(), milliseconds_to_wait());
    bool stay = true;
    if (watched[0].revents != 0) stay = take_signals();
    if (watched[1].revents != 0) stay = take_command() && stay;
    if (!stay && !starter_gone_) {
      starter_gone_ = true;
      stop_everything();
    }
    kill_what_is_late();
  }
  if (keeps_) return EXIT_SUCCESS;
  std::error_code error;
  std::filesystem::remove_all(directory_, error);
  if (!error) return EXIT_SUCCESS;
  std::fprintf(stderr, "weir-guard: cannot remove \"%s\": %s\n", directory_.c_str(),
               error.message().c_str());
  return EXIT_FAILURE;
}

/// Two servers on the same files would destroy them. The lock ends with this process.
bool guard::lock_directory() const {
  const int opened = open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened >= 0 && flock(opened, LOCK_EX | LOCK_NB) == 0) return true;
  std::fprintf(stderr, "weir-guard: cannot lock \"%s\": %s\n", directory_.c_str(),
               std::strerror(errno));
  return false;
}

bool guard::take_command() {
  const std::optional<guard_message> message = receive_message(guard_control_fd);
  if (!message) return false;
  const guard_message& fields = *message;
  if (fields[0] == "run" && fields.size() >= 6 && !has_children_) {
    start_program({.stop_signal = std::stoi(fields[1]),
                   .user = static_cast<uid_t>(std::stoul(fields[2])),
                   .group = static_cast<gid_t>(std::stoul(fields[3])),
                   .log_file = fields[4],
                   .command = {fields.begin() + 5, fields.end()}});
    return true;
  }
  const bool is_signal =
      (fields[0] == "signal" || fields[0] == "signal_tree") && fields.size() == 2;
  if (!is_signal) {
    std::fprintf(stderr, "weir-guard: unexpected message \"%s\"\n", fields[0].c_str());
    return false;
  }
  if (program_ == 0) return true;  // it ended a moment ago: that message is on its way
  const int number = std::stoi(fields[1]);
  kill(program_, number);
  if (fields[0] == "signal_tree") {
    for (const pid_t child : children_of(program_)) kill(child, number);
  }
  return true;
}

void guard::start_program(const run_request& request) {
  stop_signal_ = request.stop_signal;
  kill_at_ = guard_clock::time_point::max();
  const pid_t guard_pid = getpid();
  const pid_t child = fork();
  if (child == 0) {
    setsid();  // so that a signal to the guard's group never reaches the server
    sigprocmask(SIG_UNBLOCK, &handled_, nullptr);
    const int log = open(request.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    const int nothing = open("/dev/null", O_RDONLY);
    if (log < 0 || nothing < 0 || chdir(directory_.c_str()) != 0) {
      std::perror("weir-guard: cannot open the server's log");
      _exit(127);
    }
    dup2(nothing, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, ~0U, 0);
    become_program(request, guard_pid);
  }
  if (child < 0) {
    std::perror("weir-guard: fork");
    send_message(guard_control_fd, {"ended", std::to_string(127 << 8)});
    return;
  }
  program_ = child;
  has_children_ = true;
  send_message(guard_control_fd, {"started", std::to_string(child)});
}

bool guard::take_signals() {
  bool stay = true;
  signalfd_siginfo info{};
  while (read(signals_, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo != SIGCHLD) stay = false;  // someone asks the guard itself to stop
  }
  reap();
  return stay;
}

void guard::reap() {
  if (!has_children_) return;
  int status = 0;
  pid_t ended = 0;
  while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
    if (ended != program_) continue;
    program_ = 0;
    wait_status_ = status;
    kill_at_ = guard_clock::now() + orphan_limit;
  }
  if (ended == 0 || errno != ECHILD) return;
  has_children_ = false;
  kill_at_ = guard_clock::time_point::max();
  send_message(guard_control_fd, {"ended", std::to_string(wait_status_)});
}

void guard::stop_everything() {
  if (program_ == 0) return;
  kill(program_, stop_signal_);
  kill(program_, SIGCONT);  // a paused server could not obey
  for (const pid_t child : children_of(program_)) kill(child, SIGCONT);
  kill_at_ = guard_clock::now() + stop_limit;
}

void guard::kill_what_is_late() {
  if (!has_children_ || guard_clock::now() < kill_at_) return;
  if (program_ != 0) kill(program_, SIGKILL);
  for (const pid_t orphan : children_of(getpid())) kill(orphan, SIGKILL);
  kill_at_ = guard_clock::now() + orphan_limit;
}

int guard::milliseconds_to_wait() const {
  if (kill_at_ == guard_clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(kill_at_ - guard_clock::now());
  return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bool keeps = argc == 3 && std::strcmp(argv[2], guard_keeps) == 0;
  if ((argc != 2 && !keeps) || fcntl(guard_control_fd, F_GETFD) < 0) {
    std::fprintf(stderr, "weir-guard is started by weir's server tooling, not by hand\n");
    return EXIT_FAILURE;
  }
  close_range(guard_control_fd + 1, ~0U, 0);  // whatever the starter left open is not ours
  return guard(argv[1], keeps).run();
}
