// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "canary.hpp"
#include "http_client.hpp"
#include "vault.hpp"
#include "weir/scope.hpp"
#include "weir/unix_datagram.hpp"

namespace weir::test {

/// A vault that runs, and all that it lets out: its output, its log, its pages, what it tells its
/// supervisor.
class open_vault {
 public:
  /// Starts it. `environment` says who it is to the servers, and how it logs.
  open_vault(const vault_home& home, variables environment);

  /// Keeps what it says, until it has ended; runs beside the rest.
  task<> listen();
  /// Until a page says so.
  task<> wait_until_page(std::string path, std::string says);
  task<> wait_started() { return wait_until_page("/startupz?verbose", "check passed"); }
  /// Keeps all its pages.
  task<> look(std::string when);
  /// Keeps what another program of the vault's says that runs beside it; `more` is what that is
  /// told besides.
  task<> run_beside(std::string program, std::vector<std::string> arguments, std::string name,
                    variables more = {});
  void kill(int signal) { program_.kill(signal); }
  bool has_ended() const noexcept { return status_.has_value(); }

  std::string page_address() const { return "http://127.0.0.1:" + std::to_string(port_); }
  const std::string& log() const noexcept { return log_; }

  /// What it has let out; all of it when listen() is done.
  std::vector<trace_left> traces;

 private:
  task<> keep_lines(pipe_reader& from, std::string& into);
  task<> keep_words();
  task<http_answer> ask(std::string path, std::string accept);

  const vault_home& home_;
  std::uint16_t port_;
  unix_datagram_socket supervisor_;
  variables environment_;
  process program_;
  std::string output_, log_, words_;
  std::optional<exit_status> status_;
};

}  // namespace weir::test
