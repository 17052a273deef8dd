// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "examples.hpp"
#include "exit_code.hpp"
#include "nats_session.hpp"
#include "options.hpp"
#include "tail.hpp"
#include "weir/error.hpp"

namespace weir::tools {
namespace {

constexpr const char* details =
    "Without --from it hears what is published from now on, stored or not; with it, or with\n"
    "--stream, it reads the stream that keeps the subject. Nothing is acknowledged, no consumer "
    "is\n"
    "disturbed. Ctrl-C ends it.\n"
    "\n"
    "Exits 0.\n\n";

struct request {
  std::string url;
  std::string subject;
  std::string stream;
  std::vector<std::string> from;
  std::uint64_t limit = 0;
  bool json = false;
};

error wrong(const std::string& text) {
  return error(errc::invalid_argument, disposition::permanent, text);
}

tail_request resolved(const request& given) {
  tail_request wanted;
  wanted.subject = given.subject;
  wanted.stream = given.stream;
  wanted.limit = given.limit;
  wanted.json = given.json;
  auto words = given.from;
  if (words.size() == 2 && words[0] != "last" && words[0] != "sequence" && given.subject.empty()) {
    wanted.subject = words.back();  // `--from all orders.created`: it is the next argument.
    words.pop_back();
  }
  if (!words.empty()) {
    const auto from = parse_tail_start(words);
    if (!from) throw wrong("--from is one of: all, new, last 10, sequence 17, 5m (an age)");
    wanted.from = *from;
  }
  if (wanted.subject.empty() && wanted.stream.empty()) {
    throw wrong("name a subject, or a stream with --stream");
  }
  if (!wanted.subject.empty()) wanted.subject = nats::subject_pattern(wanted.subject).text();
  if (!wanted.stream.empty()) nats::check_name("stream", wanted.stream);
  return wanted;
}

task<int> code_of(task<> done) {
  co_await std::move(done);
  co_return exit_good;
}

int run(const request& given) {
  const tail_request wanted = resolved(given);
  const auto body = [&](nats::connection& over, interruption& stop) {
    return code_of(tail(over, wanted, stop, std::cout));
  };
  return run_nats_connection(nats_servers(given.url), on_signal::stop, body);
}

}  // namespace

void add_tail_command(CLI::App& under, actions& to) {
  auto what = std::make_shared<request>();
  CLI::App& leaf = *under.add_subcommand("tail", "Shows messages as they come.");
  set_examples(leaf,
               {"weir tail 'orders.>'", "weir tail --stream ORDERS --from last 10 --limit 10"});
  leaf.footer(details + under.get_footer());
  leaf.add_option("SUBJECT", what->subject, "only these; * and > stand for parts of it");
  leaf.add_option("--stream", what->stream, "reads this one")->type_name("NAME");
  leaf.add_option("--from", what->from, "all, new, last N, sequence N, or an age: 90s, 5m, 12h, 7d")
      ->type_name("WHERE")
      ->expected(1, 2);
  leaf.add_option("--limit", what->limit, "ends after so many")
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
  leaf.add_flag("--json", what->json, "a line of JSON for each");
  add_nats_option(leaf, what->url);
  to.on(leaf, [what] { return run(*what); });
}

}  // namespace weir::tools
