// SPDX-License-Identifier: Apache-2.0
#include "command_line.hpp"

#include <CLI/CLI.hpp>

#include "actions.hpp"
#include "completion/commands.hpp"
#include "dev/commands.hpp"
#include "dlq/commands.hpp"
#include "doctor/commands.hpp"
#include "examples.hpp"
#include "new/commands.hpp"
#include "publish/commands.hpp"
#include "stream/commands.hpp"
#include "stress/commands.hpp"
#include "tail/commands.hpp"
#include "top/commands.hpp"

namespace weir::tools {
namespace {

constexpr const char* footer =
    "Environment:\n"
    "  NATS_URL      servers, commas between them (nats://127.0.0.1:4222)\n"
    "  WEIR_NATS__*  who logs in there, and TLS, as a service has it in [nats]: USER with\n"
    "                PASSWORD or PASSWORD_FILE, TOKEN or TOKEN_FILE, CREDS_FILE, NKEY_SEED_FILE,\n"
    "                TLS__CA_FILE and the like; also with --nats\n"
    "  WEIR_DRIVER   uring or epoll; else what the kernel allows\n"
    "\n"
    "Exit codes:\n"
    "  0  good\n"
    "  1  it ran, and found something wrong or left something to do\n"
    "  2  a wrong command line or environment\n"
    "  3  it failed and says why: a server was not reached, or refused\n";

}  // namespace

struct command_line::parts {
  CLI::App tree{"Looks after services that are made with weir.", "weir"};
  actions runs;
  std::unique_ptr<dlq::commands> dead_letters;
};

command_line::command_line() : parts_(std::make_unique<parts>()) {
  CLI::App& tree = parts_->tree;
  tree.require_subcommand(1);
  tree.footer(footer);
  tree.set_version_flag("--version", "weir " WEIR_VERSION);
  set_examples(tree, {"weir new shop", "weir stream list", "weir dlq list"});
  parts_->dead_letters = std::make_unique<dlq::commands>(tree);
  parts_->runs.on(*tree.get_subcommand("dlq"), [this] { return parts_->dead_letters->run(); });
  add_new_command(tree, parts_->runs);
  add_dev_command(tree, parts_->runs);
  add_stream_commands(tree, parts_->runs);
  add_publish_command(tree, parts_->runs);
  add_tail_command(tree, parts_->runs);
  add_stress_command(tree, parts_->runs);
  add_doctor_command(tree, parts_->runs);
  add_top_command(tree, parts_->runs);
  add_completion_command(tree, parts_->runs);
}

command_line::~command_line() = default;

CLI::App& command_line::tree() noexcept { return parts_->tree; }

int command_line::run() { return parts_->runs.run(parts_->tree); }

}  // namespace weir::tools
