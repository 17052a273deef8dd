// SPDX-License-Identifier: Apache-2.0
#include "run_service.hpp"

#include <utility>

namespace weir::dev {

run_service::run_service(surroundings around, console& out)
    : around_(std::move(around)),
      out_(out),
      program_("dev", [&out](std::string_view line) { out.line("service", line); }) {}

void run_service::start(const std::filesystem::path& program, const std::filesystem::path& folder) {
  name_ = program.filename().string();
  is_stopping_ = false;
  std::vector<std::string> command = settings_for(around_);
  command.push_back(program.string());
  program_.start(command, folder);
  out_.say(name_ + " runs as process " + std::to_string(program_.pid()));
  telling_.spawn(tell_end());
}

task<> run_service::tell_end() {
  const std::string ended = co_await program_.wait_ended();
  if (is_stopping_) {
    out_.say(name_ + " has ended: " + ended);
  } else {
    out_.say(name_ + " ended by itself: " + ended + "; it is started again upon the next change");
  }
}

task<> run_service::stop() {
  if (!is_running()) co_return;
  is_stopping_ = true;
  out_.say("lets " + name_ + " drain");
  static_cast<void>(co_await program_.stop(drain_limit));
  co_await telling_.join();
}

task<> run_service::close() {
  co_await telling_.close();
  co_await program_.close();
}

}  // namespace weir::dev
