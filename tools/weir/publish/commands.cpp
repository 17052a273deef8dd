// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <random>

#include "body_source.hpp"
#include "examples.hpp"
#include "exit_code.hpp"
#include "nats_session.hpp"
#include "options.hpp"
#include "publish.hpp"

namespace weir::tools {
namespace {

constexpr const char* details =
    "In the body, the id and the values of headers these are filled in for each message:\n"
    "  {{sequence}}      1, 2, 3 ...\n"
    "  {{uuid}}          a fresh one, version 7\n"
    "  {{now}}           the time, RFC 3339\n"
    "  {{int 1 100}}     a number, both included\n"
    "  {{pick a b c}}    one of the words\n"
    "\n"
    "Where a stream keeps the subject each message is confirmed by it; else it has only been "
    "sent,\n"
    "which is said. Ctrl-C stops between two messages.\n"
    "\n"
    "Exits 0 when all were published, 1 when some were not.\n\n";

/// The command line as it was given.
struct request {
  std::string url;
  std::string subject;
  std::string body;
  std::string file;
  std::vector<std::string> headers;
  std::string id;
  std::uint64_t count = 1;
  std::size_t rate = 0;
  bool is_literal = false;
  bool json = false;
};

publish_request resolved(const request& from) {
  publish_request wanted;
  wanted.subject = nats::subject(from.subject).text();
  const bool is_read = !from.file.empty() || from.body == "-";
  std::string body = is_read ? read_body(from.file.empty() ? "-" : from.file) : from.body;
  wanted.body = from.is_literal ? body_template::literal(std::move(body)) : body_template(body);
  for (const std::string& one : from.headers) {
    const auto [name, value] = read_header(one);
    wanted.headers.emplace_back(name, body_template(value));
  }
  wanted.id_template = from.id;
  wanted.count = from.count;
  wanted.rate = from.rate;
  wanted.seed = std::random_device()();
  wanted.json = from.json;
  return wanted;
}

task<int> code_of(task<publish_outcome> done, std::uint64_t wanted) {
  const publish_outcome outcome = co_await std::move(done);
  co_return outcome.is_complete(wanted) ? exit_good : exit_findings;
}

int run(const request& from) {
  const publish_request wanted = resolved(from);
  const auto body = [&](nats::connection& over, interruption& stop) {
    return code_of(publish(over, wanted, stop, std::cout), wanted.count);
  };
  return run_nats_connection(nats_servers(from.url), on_signal::stop, body);
}

}  // namespace

void add_publish_command(CLI::App& under, actions& to) {
  auto what = std::make_shared<request>();
  CLI::App& leaf = *under.add_subcommand("pub", "Publishes messages, made from a template.");
  set_examples(leaf,
               {R"(weir pub orders.created '{"id":"{{uuid}}","amount_cents":{{int 1 5000}}}')",
                "weir pub orders.created --file order.json --count 1000 --rate 50"});
  leaf.footer(details + under.get_footer());
  leaf.add_option("SUBJECT", what->subject, "where to")->required();
  CLI::Option* const body = leaf.add_option("BODY", what->body,
                                            "the template; - reads it from "
                                            "standard input");
  leaf.add_option("--file", what->file, "reads the template from a file")
      ->type_name("PATH")
      ->excludes(body);
  leaf.add_option("-H,--header", what->headers, "'Name: value'; any number of times")
      ->type_name("TEXT")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  leaf.add_option("--id", what->id, "the Nats-Msg-Id; a fresh one without it")->type_name("TEXT");
  leaf.add_option("--count", what->count, "how many")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{publish_count_max}))
      ->capture_default_str();
  leaf.add_option("--rate", what->rate, "how many a second at most; without it as fast as it goes")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, publish_rate_max));
  leaf.add_flag("--literal", what->is_literal, "the body is no template");
  leaf.add_flag("--json", what->json, "a line of JSON at the end");
  add_nats_option(leaf, what->url);
  to.on(leaf, [what] { return run(*what); });
}

}  // namespace weir::tools
