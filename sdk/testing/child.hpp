// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <csignal>
#include <functional>
#include <string>

namespace weir::test {

/// A function that runs in a process of its own, made by fork().
///
/// Its end, or that of this object, is the end of the process.
class child {
 public:
  /// How it has come to a stand.
  enum class state : unsigned char { done, failed, died, stopped };

  /// `body` gives a text of 64 KiB at most, which result() gives here. The process ends with it,
  /// without running destructors of anything around.
  explicit child(const std::function<std::string()>& body);
  child(child&& other) noexcept;
  child& operator=(child&&) = delete;
  ~child();

  /// Waits until it has ended, or has stopped itself. Blocks.
  state wait();
  /// Sends it a signal, unless it has ended.
  void signal(int number);
  /// Lets it go on after it has stopped.
  void go_on() { signal(SIGCONT); }
  /// After `done`: the text; after `failed`: that of the exception.
  const std::string& result() const noexcept { return result_; }

 private:
  void read_result();

  pid_t pid_ = -1;
  int results_ = -1;
  std::string result_;
};

}  // namespace weir::test
