// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "letter_id.hpp"
#include "list.hpp"
#include "purge.hpp"
#include "replay.hpp"
#include "show.hpp"
#include "try_letter.hpp"

namespace CLI {
class App;
}

namespace weir::dlq {

/// `weir dlq` of the command line, and what was chosen of it. Must outlive the parsing.
class commands {
 public:
  explicit commands(CLI::App& under);
  commands(const commands&) = delete;
  commands& operator=(const commands&) = delete;

  /// Runs the command that was parsed; gives its exit code. Throws weir::error.
  int run();

 private:
  void add_list(CLI::App& to);
  void add_show(CLI::App& to);
  void add_replay(CLI::App& to);
  void add_try(CLI::App& to);
  void add_purge(CLI::App& to);
  void add_place(CLI::App& to);
  void add_filters(CLI::App& to);

  int run_list();
  int run_show();
  int run_replay();
  int run_try();
  int run_purge();

  CLI::App* list_ = nullptr;
  CLI::App* show_ = nullptr;
  CLI::App* replay_ = nullptr;
  CLI::App* try_ = nullptr;
  CLI::App* purge_ = nullptr;

  // What the options are read into; one command is run, so they share it.
  std::string url_;
  std::string stream_;
  letter_id id_;
  try_options tried_;
  selection only_;
  std::vector<std::uint64_t> sequences_;
  std::string older_than_;
  std::size_t limit_ = list_options().limit;
  std::size_t rate_ = replay_rate_default;
  bool all_ = false;
  bool json_ = false;
  bool by_cause_ = false;
  bool raw_ = false;
  bool keep_ = false;
  bool dry_run_ = false;
  bool yes_ = false;
};

}  // namespace weir::dlq
