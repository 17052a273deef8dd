// SPDX-License-Identifier: Apache-2.0
#include "postgres_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace weir::test {
namespace {

constexpr std::chrono::seconds start_limit{60};
constexpr std::chrono::milliseconds ready_check_interval{5};
constexpr int exit_not_run = 127;
constexpr int pid_file_status_line = 8;  // Where the server says that it is "ready".
constexpr const char* debian_root = "/usr/lib/postgresql";
constexpr const char* failed_mark = "failed";

/// Null where this program may run the server itself.
const passwd* server_account() {
  if (::geteuid() != 0) return nullptr;
  const passwd* found = ::getpwnam("postgres");
  return found != nullptr ? found : ::getpwnam("nobody");
}

bool holds_server(const std::filesystem::path& directory) {
  return ::access((directory / "postgres").c_str(), X_OK) == 0;
}

/// The newest that Debian has installed, else what is in PATH.
std::filesystem::path find_programs() {
  std::filesystem::path newest;
  int newest_version = 0;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(debian_root, none)) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version <= newest_version || !holds_server(entry.path() / "bin")) continue;
    newest = entry.path() / "bin";
    newest_version = version;
  }
  if (newest_version > 0) return newest;
  const char* path = std::getenv("PATH");
  std::istringstream directories(path == nullptr ? "" : path);
  for (std::string one; std::getline(directories, one, ':');) {
    if (holds_server(one)) return one;
  }
  throw std::runtime_error(
      "a bench with a database needs PostgreSQL's server, which is not installed; on Debian: "
      "apt-get install postgresql");
}

std::filesystem::path make_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "weir-bench-XXXXXX").string();
  constexpr std::string_view longest_name = "/.s.PGSQL.5432";
  if (pattern.size() + longest_name.size() >= sizeof(sockaddr_un::sun_path)) {
    throw std::runtime_error("\"" + pattern +
                             "\" is too long a path for PostgreSQL's Unix socket; set TMPDIR to a "
                             "shorter one");
  }
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("cannot make the directory \"" + pattern +
                             "\": " + std::strerror(errno) + "; TMPDIR names where to make it");
  }
  return pattern;
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A command in the form that execv() wants, made before fork().
class command {
 public:
  explicit command(std::vector<std::string> words) : words_(std::move(words)) {
    for (auto& word : words_) arguments_.push_back(word.data());
    arguments_.push_back(nullptr);
  }
  void become() const {
    ::execv(arguments_[0], arguments_.data());
    ::_exit(exit_not_run);
  }

 private:
  std::vector<std::string> words_;
  std::vector<char*> arguments_;
};

std::vector<std::string> server_words(const std::filesystem::path& programs,
                                      const std::filesystem::path& data,
                                      const std::filesystem::path& sockets) {
  std::vector<std::string> words{(programs / "postgres").string(), "-D", data.string(), "-c",
                                 "unix_socket_directories=" + sockets.string()};
  // All that a killed server leaves behind must lie in its directory, so not in /dev/shm.
  for (const char* setting :
       {"listen_addresses=", "port=5432", "timezone=UTC", "dynamic_shared_memory_type=mmap",
        "shared_buffers=32MB", "fsync=off", "full_page_writes=off", "synchronous_commit=off",
        "wal_level=minimal", "max_wal_senders=0", "deadlock_timeout=5ms"}) {
    words.emplace_back("-c");
    words.emplace_back(setting);
  }
  return words;
}

/// What the guard needs; it must not allocate, for it is forked from a program with threads.
struct guarded {
  command initdb;
  command server;
  command remove_directory;
  std::string failed_mark_path;
  std::string log_path;
  const passwd* user;
  int lifeline;
};

pid_t start(const command& what, const guarded& all) {
  const pid_t guard = ::getpid();
  const pid_t made = ::fork();
  if (made != 0) return made;
  if (all.user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(all.user->pw_gid) != 0 ||
                              ::setuid(all.user->pw_uid) != 0)) {
    ::_exit(exit_not_run);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != guard) ::_exit(exit_not_run);
  what.become();
  return -1;
}

/// Waits until the program ends or the starter is gone; true for the latter.
bool starter_goes_first(pid_t program, int lifeline) {
  const int ended = static_cast<int>(::syscall(SYS_pidfd_open, program, 0));
  std::array<pollfd, 2> watched{pollfd{lifeline, POLLIN, 0}, pollfd{ended, POLLIN, 0}};
  while (::poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) {
  }
  return watched[0].revents != 0;
}

[[noreturn]] void run_guard(const guarded& all) {
  ::setsid();  // Ctrl-C is for the starter.
  // All but the lifeline is the starter's business; the log takes what the programs say.
  ::dup2(all.lifeline, STDIN_FILENO);
  const int log = ::open(all.log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  ::fcntl(STDIN_FILENO, F_SETFD, FD_CLOEXEC);
  for (const command* next : {&all.initdb, &all.server}) {
    const pid_t program = start(*next, all);
    const bool must_end = starter_goes_first(program, STDIN_FILENO);
    if (must_end) ::kill(program, SIGQUIT);
    int status = 0;
    ::waitpid(program, &status, 0);
    if (must_end) break;
    if (next == &all.initdb && status == 0) continue;
    ::close(::open(all.failed_mark_path.c_str(), O_WRONLY | O_CREAT, 0644));
    starter_goes_first(0, STDIN_FILENO);
    break;
  }
  all.remove_directory.become();
  ::_exit(exit_not_run);
}

}  // namespace

postgres_process::postgres_process() : directory_(make_directory()) {
  const auto programs = find_programs();
  const passwd* user = server_account();
  if (user != nullptr && ::chown(directory_.c_str(), user->pw_uid, user->pw_gid) != 0) {
    throw std::runtime_error("cannot give \"" + directory_.string() +
                             "\" to PostgreSQL's account: " + std::strerror(errno));
  }
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error(std::string("cannot make a pipe: ") + std::strerror(errno));
  }
  const guarded all{
      .initdb = command({(programs / "initdb").string(), "--pgdata=" + data().string(),
                         "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C",
                         "--no-sync"}),
      .server = command(server_words(programs, data(), directory_)),
      .remove_directory = command({"/bin/rm", "-rf", directory_.string()}),
      .failed_mark_path = (directory_ / failed_mark).string(),
      .log_path = (directory_ / "server.log").string(),
      .user = user,
      .lifeline = ends[0]};
  guard_ = ::fork();
  if (guard_ == 0) run_guard(all);
  ::close(ends[0]);
  lifeline_ = ends[1];
  try {
    if (guard_ < 0) throw std::runtime_error(std::string("cannot fork: ") + std::strerror(errno));
    wait_ready();
  } catch (...) {
    end();
    throw;
  }
}

postgres_process::~postgres_process() { end(); }

void postgres_process::end() noexcept {
  ::close(lifeline_);
  while (guard_ > 0 && ::waitpid(guard_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void postgres_process::wait_ready() const {
  const auto until = std::chrono::steady_clock::now() + start_limit;
  for (;;) {
    std::istringstream told(read_text(data() / "postmaster.pid"));
    std::string line;
    for (int number = 0; number < pid_file_status_line; ++number) std::getline(told, line);
    if (told && line.starts_with("ready")) return;
    const bool has_failed = std::filesystem::exists(directory_ / failed_mark);
    if (has_failed || std::chrono::steady_clock::now() > until) {
      throw std::runtime_error("the bench's PostgreSQL does not start; it says:\n" +
                               read_text(directory_ / "server.log"));
    }
    std::this_thread::sleep_for(ready_check_interval);
  }
}

std::string postgres_process::conninfo(const std::string& database) const {
  std::string host;
  for (const char letter : directory_.string()) {
    if (letter == '\'' || letter == '\\') host += '\\';
    host += letter;
  }
  return "host='" + host + "' port=5432 user=postgres dbname=" + database;
}

}  // namespace weir::test
