// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "age.hpp"
#include "confirmation.hpp"
#include "examples.hpp"
#include "nats_session.hpp"
#include "summary.hpp"

namespace weir::dlq {
namespace {

constexpr int exit_not_all = 1;
constexpr std::size_t limit_max = 10'000'000;

constexpr const char* replay_details =
    "Each goes out under the subject and with the headers that it had, as a new message; once its\n"
    "stream has confirmed it, its dead letter is deleted. A replay that was interrupted can be "
    "run\n"
    "again: in the stream's duplicate window nothing is stored twice, and later the service's\n"
    "inbox knows it. Every consumer of the subject gets the message, also those that have handled\n"
    "it: a note says which. Ctrl-C stops between two messages.\n"
    "\n"
    "Exits 0 when all were replayed, 1 when some were refused or are left.\n\n";

constexpr const char* try_details =
    "The handler is in the service's program, so that is run, with the servers of this "
    "environment:\n"
    "PATH [ARGUMENTS] --try STREAM:SEQUENCE. It runs the handler once on the letter's message, in "
    "a\n"
    "transaction that is rolled back, and prints the rows and events that would have come of it.\n"
    "Nothing is stored, published or acknowledged, and the letter stays; what the handler does\n"
    "elsewhere (a call, a mail) is done. Arguments of the service's own stand behind --:\n"
    "\n"
    "  weir dlq try 17 --service ./order-processor\n"
    "  weir dlq try DLQ_ORDERS:17 --service ./shop -- --configuration shop.toml\n"
    "\n"
    "Exits as the service does: 0 when the handler succeeds, 1 when it fails, 2 for a wrong "
    "command\n"
    "line or another service's letter, 3 when it could not be tried.\n\n";

constexpr const char* purge_details =
    "Shows what it would delete, and asks. Messages that are no dead letters stay.\n"
    "\n"
    "Exits 0 when they were deleted, 1 when it was declined.\n\n";

/// CLI11 reads "-1" as the largest number.
CLI::Validator sequence_form() {
  return CLI::Range(std::uint64_t{1}, sequence_max).description("");
}

CLI::Validator rate_form() {
  return CLI::Validator(
      [](std::string& text) {
        if (text.ends_with("/s")) text.resize(text.size() - 2);
        return std::string();
      },
      "", "rate");
}

CLI::Validator age_form() {
  return CLI::Validator(
      [](std::string& text) {
        if (tools::parse_age(text)) return std::string();
        return "'" + text + "' is no age; it looks like 90s, 15m, 12h, 7d or 2w";
      },
      "AGE", "age");
}

/// The option of one letter.
void add_letter(CLI::App& to, letter_id& into) {
  const auto read = [&into](const std::string& text) {
    const auto id = parse_letter_id(text);
    if (!id) {
      throw CLI::ValidationError("LETTER",
                                 "'" + text + "' is no letter; it looks like 17 or DLQ_ORDERS:17");
    }
    into = *id;
  };
  to.add_option_function<std::string>("LETTER", read, "its number in the list, or STREAM:NUMBER")
      ->required();
}

task<int> code_of(task<> done) {
  co_await std::move(done);
  co_return 0;
}

task<int> code_of(task<replay_outcome> done) {
  const replay_outcome outcome = co_await std::move(done);
  co_return outcome.is_complete() ? 0 : exit_not_all;
}

task<int> code_of(task<purge_outcome> done) {
  const purge_outcome outcome = co_await std::move(done);
  co_return outcome.was_declined ? exit_not_all : 0;
}

task<int> keep(task<std::string> found, std::string& to) {
  to = co_await std::move(found);
  co_return 0;
}

/// Runs a command, which a signal ends at once; gives its exit code.
template <class Command>
int run_to_end(const std::string& url, Command command) {
  const auto body = [&](nats::jetstream on, tools::interruption&) { return code_of(command(on)); };
  return tools::run_nats_session(tools::nats_servers(url), tools::on_signal::end, body);
}

}  // namespace

commands::commands(CLI::App& under) {
  CLI::App& dlq = *under.add_subcommand(
      "dlq", "Dead letters: the messages that services have given up, and why.");
  dlq.require_subcommand(1);
  tools::set_examples(dlq, {"weir dlq list --by-cause", "weir dlq replay --all --cause late"});
  add_list(dlq);
  add_show(dlq);
  add_try(dlq);
  add_replay(dlq);
  add_purge(dlq);
}

void commands::add_place(CLI::App& to) {
  to.add_option("--stream", stream_, "the stream with the dead letters, such as DLQ_ORDERS")
      ->type_name("NAME");
  to.add_option("--nats", url_, "the servers, in place of NATS_URL (nats://127.0.0.1:4222)")
      ->type_name("URL");
}

void commands::add_filters(CLI::App& to) {
  to.add_option("--cause", only_.cause, "only those with TEXT in their cause")->type_name("TEXT");
  to.add_option("--subject", only_.subject,
                "only messages of this subject; * and > stand for parts of it")
      ->type_name("SUBJECT");
}

void commands::add_list(CLI::App& to) {
  list_ =
      to.add_subcommand("list", "Lists them, oldest first; without --stream those of all streams.");
  tools::set_examples(*list_, {"weir dlq list", "weir dlq list --by-cause --stream DLQ_ORDERS"});
  add_place(*list_);
  add_filters(*list_);
  list_->add_option("--limit", limit_, "how many at most")
      ->check(CLI::Range(std::size_t{1}, limit_max))
      ->capture_default_str();
  list_->add_flag("--by-cause", by_cause_, "count them by cause, whose numbers and ids are #");
  list_->add_flag("--json", json_, "a line of JSON for each");
}

void commands::add_show(CLI::App& to) {
  show_ = to.add_subcommand("show", "Shows a dead letter with all its headers and its body.");
  tools::set_examples(*show_, {"weir dlq show 17", "weir dlq show DLQ_ORDERS:17 --raw"});
  add_letter(*show_, id_);
  add_place(*show_);
  show_->add_flag("--raw", raw_, "write the bytes of the body, and nothing else");
}

void commands::add_try(CLI::App& to) {
  try_ = to.add_subcommand("try",
                           "Shows what a service's handler would do with a letter, and undoes it.");
  tools::set_examples(*try_, {"weir dlq try 17 --service ./order-processor",
                              "weir dlq try DLQ_ORDERS:17 --service ./shop -- --config a.toml"});
  try_->footer(try_details + to.get_footer());
  add_letter(*try_, id_);
  try_->add_option("ARGUMENTS", tried_.arguments, "for the service");
  try_->add_option("--service", tried_.program, "the service's program")
      ->required()
      ->type_name("PATH");
  add_place(*try_);
  try_->add_flag("--json", tried_.json, "a line of JSON");
}

void commands::add_replay(CLI::App& to) {
  replay_ = to.add_subcommand(
      "replay",
      "Publishes messages again that services have given up, when the cause is repaired.");
  tools::set_examples(*replay_, {"weir dlq replay 17", "weir dlq replay --all --cause late"});
  replay_->footer(replay_details + to.get_footer());
  auto* const which = replay_->add_option_group("Which", "one of these");
  which->add_option("SEQUENCE", sequences_, "the numbers of letters in the list")
      ->check(sequence_form());
  which->add_flag("--all", all_, "all that are there now, as far as the filters fit");
  which->require_option(1);
  add_filters(*replay_);
  add_place(*replay_);
  replay_->add_option("--rate", rate_, "how many a second at most")
      ->transform(rate_form())
      ->type_name("N/s")
      ->check(CLI::Range(std::size_t{1}, replay_rate_max))
      ->capture_default_str();
  replay_->add_flag("--keep", keep_, "keep the dead letters");
  replay_->add_flag("--dry-run", dry_run_, "say what would be done, and do nothing");
}

void commands::add_purge(CLI::App& to) {
  purge_ = to.add_subcommand("purge", "Deletes dead letters for good.");
  tools::set_examples(*purge_, {"weir dlq purge 17", "weir dlq purge --older-than 7d --yes"});
  purge_->footer(purge_details + to.get_footer());
  auto* const which = purge_->add_option_group("Which", "one of these");
  which->add_option("SEQUENCE", sequences_, "the numbers of letters in the list")
      ->check(sequence_form());
  which->add_flag("--all", all_, "all that are there now, as far as the filters fit");
  which->add_option("--older-than", older_than_, "all that died so long ago: 90s, 15m, 12h, 7d, 2w")
      ->check(age_form())
      ->type_name("AGE");
  which->require_option(1);
  add_filters(*purge_);
  add_place(*purge_);
  purge_->add_flag("--yes", yes_, "do not ask");
  purge_->add_flag("--dry-run", dry_run_, "say what would be deleted, and do nothing");
}

int commands::run() {
  if (list_->parsed()) return run_list();
  if (show_->parsed()) return run_show();
  if (try_->parsed()) return run_try();
  return replay_->parsed() ? run_replay() : run_purge();
}

int commands::run_list() {
  list_options wanted;
  wanted.stream = stream_;
  wanted.only = only_;
  wanted.limit = limit_;
  wanted.json = json_;
  wanted.width = tools::terminal_width();
  const auto print = by_cause_ ? list_by_cause : list;
  return run_to_end(url_, [&](nats::jetstream on) { return print(on, wanted, std::cout); });
}

int commands::run_show() {
  show_options wanted;
  wanted.id = with_stream(id_, stream_);
  wanted.raw = raw_;
  return run_to_end(url_, [&](nats::jetstream on) { return show(on, wanted, std::cout); });
}

int commands::run_try() {
  const letter_id id = with_stream(id_, stream_);
  const auto name_it = [&](nats::jetstream on, tools::interruption&) {
    return keep(letter_name(on, id), tried_.name);
  };
  tools::run_nats_session(tools::nats_servers(url_), tools::on_signal::end, name_it);
  // Where it looks for the servers first; who logs in is in its environment as in ours.
  if (!url_.empty()) setenv("WEIR_NATS__URL", url_.c_str(), 1);
  become(try_command(tried_));
}

int commands::run_replay() {
  replay_options wanted;
  wanted.stream = stream_;
  wanted.sequences = sequences_;
  wanted.only = only_;
  wanted.rate = rate_;
  wanted.keep = keep_;
  wanted.dry_run = dry_run_;
  const auto body = [&](nats::jetstream on, tools::interruption& stop) {
    return code_of(replay(on, wanted, stop, std::cout));
  };
  return tools::run_nats_session(tools::nats_servers(url_), tools::on_signal::stop, body);
}

int commands::run_purge() {
  purge_options wanted;
  wanted.stream = stream_;
  wanted.sequences = sequences_;
  wanted.only = only_;
  wanted.dry_run = dry_run_;
  wanted.width = tools::terminal_width();
  if (const auto age = tools::parse_age(older_than_)) {
    wanted.only.before =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now() - *age);
  }
  if (!yes_ && !dry_run_) wanted.ask = tools::ask_terminal("look with --dry-run");
  return run_to_end(url_, [&](nats::jetstream on) { return purge(on, wanted, std::cout); });
}

}  // namespace weir::dlq
