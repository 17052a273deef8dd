// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "confirmation.hpp"
#include "consumers.hpp"
#include "examples.hpp"
#include "exit_code.hpp"
#include "nats_session.hpp"
#include "options.hpp"
#include "remove_consumer.hpp"
#include "streams.hpp"
#include "table.hpp"

namespace weir::tools {
namespace {

constexpr const char* remove_details =
    "Shows where it stands, and asks. The messages stay in the stream; how far the consumer was "
    "is\n"
    "forgotten, and one of the same name begins anew. Stop its service first: one that runs fails\n"
    "without it.\n"
    "\n"
    "Exits 0 when it was deleted, 1 when it was declined.\n\n";

/// What the commands of both groups are told.
struct request {
  std::string url;
  std::string stream;
  std::string consumer;
  std::chrono::seconds span{};
  bool json = false;
  bool yes = false;

  print_options how() const { return {.json = json, .width = terminal_width()}; }
};

using request_ptr = std::shared_ptr<request>;
using work = task<> (*)(nats::jetstream, const request&);

task<int> code_of(task<> done) {
  co_await std::move(done);
  co_return exit_good;
}

task<> list_all(nats::jetstream on, const request& what) {
  return list_streams(on, what.how(), std::cout);
}
task<> info_of_stream(nats::jetstream on, const request& what) {
  return show_stream(on, what.stream, what.how(), std::cout);
}
task<> list_of_stream(nats::jetstream on, const request& what) {
  return list_consumers(on, what.stream, what.how(), std::cout);
}
task<> info_of_consumer(nats::jetstream on, const request& what) {
  return show_consumer(on, what.stream, what.consumer, what.how(), std::cout);
}
task<> lag(nats::jetstream on, const request& what) {
  return show_lag(on, what.stream, what.how(), std::cout);
}
task<> pause(nats::jetstream on, const request& what) {
  return pause_consumer(on, what.stream, what.consumer, what.span, std::cout);
}
task<> resume(nats::jetstream on, const request& what) {
  return resume_consumer(on, what.stream, what.consumer, std::cout);
}

/// A command with the options that all have.
request_ptr add(CLI::App& leaf, actions& to, work does, std::vector<std::string> examples) {
  auto what = std::make_shared<request>();
  set_examples(leaf, std::move(examples));
  add_nats_option(leaf, what->url);
  to.on(leaf, [what, does] {
    const auto body = [&](nats::jetstream on, interruption&) { return code_of(does(on, *what)); };
    return run_nats_session(nats_servers(what->url), on_signal::end, body);
  });
  return what;
}

void add_stream_name(CLI::App& leaf, const request_ptr& what) {
  leaf.add_option("STREAM", what->stream, "its name")->required();
}

void add_consumer_name(CLI::App& leaf, const request_ptr& what) {
  add_stream_name(leaf, what);
  leaf.add_option("CONSUMER", what->consumer, "its durable name")->required();
}

void add_json(CLI::App& leaf, const request_ptr& what) {
  leaf.add_flag("--json", what->json, "a line of JSON for each");
}

task<int> remove(nats::jetstream on, const request& what, confirmation ask) {
  const bool is_deleted =
      co_await remove_consumer(on, what.stream, what.consumer, std::move(ask), std::cout);
  co_return is_deleted ? exit_good : exit_findings;
}

void add_remove(CLI::App& group, actions& to) {
  CLI::App& leaf = *group.add_subcommand("rm", "Deletes a consumer for good.");
  auto what = std::make_shared<request>();
  set_examples(leaf, {"weir consumer rm ORDERS billing", "weir consumer rm ORDERS billing --yes"});
  leaf.footer(remove_details + group.get_footer());
  add_nats_option(leaf, what->url);
  add_consumer_name(leaf, what);
  leaf.add_flag("--yes", what->yes, "do not ask");
  to.on(leaf, [what] {
    const auto ask = what->yes ? confirmation() : ask_terminal("look with 'weir consumer info'");
    const auto body = [&](nats::jetstream on, interruption&) { return remove(on, *what, ask); };
    return run_nats_session(nats_servers(what->url), on_signal::end, body);
  });
}

void add_streams(CLI::App& group, actions& to) {
  CLI::App& list = *group.add_subcommand("list", "Lists the streams of the account.");
  add_json(list, add(list, to, list_all, {"weir stream list", "weir stream list --json"}));
  CLI::App& info = *group.add_subcommand("info", "Shows what a stream is and holds.");
  const auto what =
      add(info, to, info_of_stream, {"weir stream info ORDERS", "weir stream info ORDERS --json"});
  add_stream_name(info, what);
  add_json(info, what);
}

void add_consumers(CLI::App& group, actions& to) {
  CLI::App& list = *group.add_subcommand("list", "Lists the consumers of a stream.");
  const auto listed = add(list, to, list_of_stream,
                          {"weir consumer list ORDERS", "weir consumer list ORDERS --json"});
  add_stream_name(list, listed);
  add_json(list, listed);

  CLI::App& info = *group.add_subcommand("info", "Shows where a consumer stands.");
  const auto shown =
      add(info, to, info_of_consumer,
          {"weir consumer info ORDERS billing", "weir consumer info ORDERS billing --json"});
  add_consumer_name(info, shown);
  add_json(info, shown);

  CLI::App& behind =
      *group.add_subcommand("lag", "Shows how far consumers are behind, the furthest first.");
  const auto measured =
      add(behind, to, lag, {"weir consumer lag", "weir consumer lag ORDERS --json"});
  behind.add_option("STREAM", measured->stream, "only the consumers of this one");
  add_json(behind, measured);

  CLI::App& stop = *group.add_subcommand(
      "pause", "Lets the server deliver nothing to a consumer; needs nats-server 2.11.");
  const auto paused = add(stop, to, pause,
                          {"weir consumer pause ORDERS billing --for 15m",
                           "weir consumer pause ORDERS billing --for 2h"});
  add_consumer_name(stop, paused);
  add_age_option(stop, "--for", paused->span, "how long: 90s, 15m, 12h, 7d")->required();

  CLI::App& go_on = *group.add_subcommand("resume", "Ends the pause of a consumer.");
  add_consumer_name(go_on,
                    add(go_on, to, resume,
                        {"weir consumer resume ORDERS billing",
                         "weir consumer resume ORDERS billing --nats nats://127.0.0.1:4222"}));
  add_remove(group, to);
}

}  // namespace

void add_stream_commands(CLI::App& under, actions& to) {
  CLI::App& streams = *under.add_subcommand("stream", "Streams: what is stored, and how.");
  streams.require_subcommand(1);
  set_examples(streams, {"weir stream list", "weir stream info ORDERS"});
  add_streams(streams, to);
  CLI::App& consumers =
      *under.add_subcommand("consumer", "Consumers: where services stand in a stream.");
  consumers.require_subcommand(1);
  set_examples(consumers, {"weir consumer lag", "weir consumer info ORDERS billing"});
  add_consumers(consumers, to);
}

}  // namespace weir::tools
